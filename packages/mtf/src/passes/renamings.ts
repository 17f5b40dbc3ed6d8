import { axesOf } from "../program/placement.ts";
import type { Compute, Move, Origin, Program, Reduce, Value } from "../program/program.ts";
import { printResting } from "../rest/print.ts";

/** Where a value lies, by the places of its dims: the same for all names that these may have. */
export function lyingByPlace(value: Value): string {
  const { dims, placement } = value;
  const places = dims.map(({ name, size }) => `${size}@${axesOf(placement, name).join("+")}`);
  return `${printResting(value, places.join())} ${placement.partial.join("+")}`;
}

/** What a collective of one value does with it, whatever the names of its dims. */
export function effectOf(program: Program, collective: Move | Reduce): string {
  const { kind, name, axes, result } = collective;
  const how =
    collective.kind === "reduce"
      ? collective.fn
      : `${collective.fill} ${offsetsByPlace(collective, program.values[result]!)}`;
  return `${kind} ${name} ${axes.join("+")} ${how} ${lyingByPlace(program.values[result]!)}`;
}

function offsetsByPlace({ offsets }: Move, { dims }: Value): string {
  return dims.map(({ name }) => offsets[0]![name] ?? 0).join();
}

/**
 * The renaming that makes one value of another that only differs in the name of a dim; undefined
 * where it takes more than one.
 */
export function renaming(
  program: Program,
  from: number,
  to: number,
  origin: Origin,
): Compute | undefined {
  const [before, after] = [program.values[from]!.dims, program.values[to]!.dims];
  const changed = before.flatMap((dim, i) => (dim.name === after[i]!.name ? [] : [i]));
  if (changed.length !== 1) return undefined;
  const [at] = changed as [number];
  const attributes = { from: before[at]!.name, to: after[at]!.name };
  const op = { kind: "rename", attributes } as const;
  return { kind: "compute", op, operands: [from], results: [to], origin };
}
