import type { Attending } from "../../../../graph/kinds.ts";
import type { Slice } from "../../../backend.ts";
import { extentsOf, stridesOf } from "../../../slices/walk.ts";
import { beginningOf, type Outer } from "./arrays.ts";
import type { Side } from "./numbers.ts";
import { four } from "./tile.ts";

/** Numbers that belong to products, such as what is added to them. */
export interface OfProducts {
  /** The variable that says where they begin for a workgroup, and what it is. */
  readonly name: string;
  readonly begin: string;
  /** That of a row and a column of the tile, as an expression of that variable. */
  at(row: string, column: string): string;
}

/** @param rows which side the tile's rows are */
export function ofProducts(
  outer: Outer,
  name: string,
  [array, slice]: readonly [array: string, slice: Slice],
  { along, over }: Attending,
  rows: Side,
): OfProducts {
  const strides = stridesOf(extentsOf(slice));
  const [ofQuery, ofKey] = [strides[along] ?? 0, strides[over] ?? 0];
  const [ofRow, ofColumn] = rows === "queries" ? [ofQuery, ofKey] : [ofKey, ofQuery];
  return {
    name,
    begin: beginningOf(outer, strides),
    at: (row, column) => `${array}[${name} + ${row} * ${ofRow}u + ${column} * ${ofColumn}u]`,
  };
}

/** Adds a bias to the products `name_x` to `name_w` of a thread's rows. */
export function lifted(name: string, { at }: OfProducts): string {
  const row = (i: string) => four.map((c) => at(`row.${i}`, `column.${c}`)).join(", ");
  return four.map((i) => `    ${name}_${i} += vec4f(${row(i)});\n`).join("");
}
