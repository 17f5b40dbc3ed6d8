import type { Attending } from "../../../../graph/kinds.ts";
import type { Slice } from "../../../backend.ts";
import { extentsOf, type Strides, stridesOf } from "../../../slices/walk.ts";
import { beginningOf, type Outer } from "./arrays.ts";
import type { Loop } from "./loop.ts";
import { four } from "./tile.ts";

export type Side = "queries" | "keys";

/** A number of each query, or of each key, of which a thread has those of its four rows or columns. */
export interface Numbers {
  readonly name: string;
  readonly side: Side;
  readonly type: "vec4f" | "vec4i" | "vec4u";
  /** Where they begin, and each as an expression of that, which is `nameAt`. */
  readonly begin: string;
  readonly at: (index: string) => string;
}

/** Numbers of a slice, from element `offset` of an array on. */
export function numbersIn(
  outer: Outer,
  name: string,
  [array, slice, offset = 0]: readonly [array: string, slice: Slice, offset?: number],
  side: Side,
  dim: string,
): Numbers {
  const strides: Strides = stridesOf(extentsOf(slice));
  return {
    ...{ name, side, type: slice.dtype === "int32" ? "vec4i" : "vec4f" },
    begin: `${offset}u + ${beginningOf(outer, strides)}`,
    at: (index) => `${array}[${name}At + ${index} * ${strides[dim] ?? 0}u]`,
  };
}

/** The numbers of queries and keys which have to be the same, of arrays from some element on. */
export function segmentsIn(
  outer: Outer,
  { along, over }: Attending,
  [own, others]: readonly (readonly [array: string, slice: Slice, offset?: number])[],
): readonly Numbers[] {
  return [
    numbersIn(outer, "own", own!, "queries", along),
    numbersIn(outer, "others", others!, "keys", over),
  ];
}

/** Which line of all products of the whole a query's are. */
export function linesOf(outer: Outer, { lines }: Loop, along: string): Numbers {
  return {
    ...{ name: "line", side: "queries", type: "vec4u" },
    begin: `${lines.base}u + ${beginningOf(outer, lines.strides)}`,
    at: (index) => `lineAt + ${index} * ${lines.strides[along]}u`,
  };
}

/** Reads where numbers begin. */
export function beginningsOf(numbers: readonly Numbers[]): string {
  return numbers.map(({ name, begin }) => `  let ${name}At = ${begin};\n`).join("");
}

/** Reads those of one side, of which a thread has four by the indices in a vector. */
export function readBy(indices: string, numbers: readonly Numbers[], side: Side): string {
  const own = numbers.filter((all) => all.side === side);
  const values = (at: Numbers["at"]) => four.map((c) => at(`${indices}.${c}`)).join(", ");
  return own.map(({ name, type, at }) => `  let ${name} = ${type}(${values(at)});\n`).join("");
}
