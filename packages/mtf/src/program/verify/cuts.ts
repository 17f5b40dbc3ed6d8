import type { Partition } from "../../ops/rule.ts";
import { entryOf } from "../../record.ts";
import { axesOf } from "../placement.ts";
import type { Value } from "../program.ts";

/** The axes that cut each dim that an op runs over. */
export type Cuts = ReadonlyMap<string, readonly string[]>;

/**
 * How the dims that an op runs over are cut, by their names in the results; a text where operands
 * and results do not agree about it, or an axis cuts two dims or is owed over as well.
 */
export function cutsOf(
  operands: readonly Value[],
  results: readonly Value[],
  owed: readonly string[],
  alias: Partition["alias"] = {},
): Cuts | string {
  const cuts = new Map<string, readonly string[]>();
  const meet = ({ dims, placement }: Value, nameOf: (name: string) => string) => {
    for (const { name } of dims) {
      const axes = axesOf(placement, name);
      const known = cuts.get(nameOf(name));
      if (known && known.join() !== axes.join()) return `'${name}' is not cut alike everywhere`;
      cuts.set(nameOf(name), axes);
    }
    return undefined;
  };
  for (const x of operands) {
    const fault = meet(x, (name) => entryOf(alias, name) ?? name);
    if (fault) return fault;
  }
  for (const y of results) {
    const fault = meet(y, (name) => name);
    if (fault) return fault;
  }
  const used = [...cuts.values(), owed].flat();
  const twice = used.find((axis, i) => used.indexOf(axis) !== i);
  return twice ? `axis '${twice}' cuts two of its dims, or is owed over` : cuts;
}
