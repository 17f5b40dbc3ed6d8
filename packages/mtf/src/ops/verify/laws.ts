import type { Attributes, Kind, Typed } from "../../graph/kinds.ts";
import * as along from "./along.ts";
import * as attention from "./attention.ts";
import * as elements from "./elements.ts";
import * as indexing from "./indexing.ts";
import type { Law } from "./law.ts";
import * as sources from "./sources.ts";
import * as structure from "./structure.ts";
import { printType, sameType } from "./types.ts";

/** Loops have a body, which is verified with them. */
type Plain = Exclude<Kind, "region">;

const laws: { readonly [K in Plain]: Law<K> } = {
  ...along,
  ...attention,
  ...elements,
  ...indexing,
  ...sources,
  ...structure,
};

/**
 * What is wrong with an op's operands and results, on the whole tensors: their number, dtypes, dims
 * or the order of these; undefined where they are what the kind of op asks.
 */
export function faultOf(
  kind: Plain,
  attributes: Attributes[Plain],
  operands: readonly Typed[],
  results: readonly Typed[],
): string | undefined {
  const { takes, gives } = laws[kind] as Law<never>;
  if (results.length === 0) return "it has no results";
  if (takes) {
    if (takes.length !== operands.length) return `it has ${operands.length} operands`;
    for (const [i, x] of operands.entries()) {
      if (!takes[i]!.includes(x.dtype)) return `operand ${i} is ${printType(x)}`;
    }
  }
  for (const result of results) {
    const fault = faultOfDims(result);
    if (fault) return fault;
  }
  const given = gives(attributes as never, operands, results);
  if (typeof given === "string") return given;
  if (given.length !== results.length) return `it has ${results.length} results`;
  const wrong = results.findIndex((result, i) => !sameType(result, given[i]!));
  if (wrong < 0) return undefined;
  return `it gives ${printType(given[wrong]!)}, not ${printType(results[wrong]!)}`;
}

/** What is wrong with a value's dims: sizes are positive integers, and no name comes twice. */
function faultOfDims({ dims }: Typed): string | undefined {
  for (const [i, { name, size }] of dims.entries()) {
    if (!(Number.isSafeInteger(size) && size > 0)) return `'${name}' has size ${size}`;
    for (let j = 0; j < i; j++) if (dims[j]!.name === name) return `it has '${name}' twice`;
  }
  return undefined;
}
