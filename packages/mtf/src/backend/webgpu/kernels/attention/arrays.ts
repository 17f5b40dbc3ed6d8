import type { Slice } from "../../../backend.ts";
import { type Extent, extentsOf, stridesOf } from "../../../slices/walk.ts";
import { placesAt } from "../../wgsl/places.ts";
import type { Matrix } from "./tile.ts";

/** Where a workgroup is: the dims that it has an index `z` of, and those that it goes through by `g`. */
export interface Outer {
  readonly z: readonly Extent[];
  readonly g: readonly Extent[];
}

/** Where the numbers of a slice begin for a workgroup, as an expression. */
export function beginningOf({ z, g }: Outer, strides: Readonly<Record<string, number>>): string {
  return `${placesAt("z", z, [strides])[0]} + ${placesAt("g", g, [strides])[0]}`;
}

/** A slice as a matrix of `along` by `within`, whose `name` says where it begins for a workgroup. */
export function matrixOf(
  outer: Outer,
  name: string,
  [array, slice]: readonly [array: string, slice: Slice],
  along: string,
  within: string,
): Matrix {
  const extents = extentsOf(slice);
  const strides = stridesOf(extents);
  const sizeOf = (dim: string) => extents.find((e) => e.name === dim)!.size;
  return {
    name,
    begin: beginningOf(outer, strides),
    at: (n, d) => `${array}[${name} + ${n} * ${strides[along]}u + ${d} * ${strides[within]}u]`,
    count: sizeOf(along),
    depth: sizeOf(within),
    inRows: strides[within] === 1 || sizeOf(within) === 1,
  };
}
