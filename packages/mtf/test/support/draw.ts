import * as fc from "fast-check";
import type { Slice } from "../../src/backend/backend.ts";
import { type DType, type HostArray, hostArray } from "../../src/dtype.ts";
import { volume } from "../../src/program/placement.ts";

/** A dim and the part of it that the device of a case holds. */
export interface Part {
  readonly name: string;
  readonly size: number;
  readonly begin: number;
  readonly local: number;
}

/** An operand of a case: a slice and its numbers, row by row. */
export interface Operand {
  readonly slice: Slice;
  readonly data: HostArray;
}

/** Draws random values, in the course of a function. */
export interface Draw {
  readonly draw: fc.GeneratorValue;
  /** How many dims are drawn, of two elements at most, where a case names one. */
  readonly crowd: number;
  /** How many of these may still have two elements, so that cases stay small. */
  room: number;
  /** No number is infinite or NaN. */
  readonly finite: boolean;
}

export function drawing(draw: fc.GeneratorValue, crowd: number, finite: boolean): Draw {
  return { draw, crowd, room: 13, finite };
}

export const integer = ({ draw }: Draw, min: number, max: number): number =>
  draw(fc.integer, { min, max });

export const pick = <T>(g: Draw, choices: readonly T[]): T =>
  choices[integer(g, 0, choices.length - 1)]!;

export const chance = ({ draw }: Draw): boolean => draw(fc.boolean);

/** A dim of at most `most` elements that is whole on the device. */
export function whole(g: Draw, name: string, most = 5): Part {
  const size = integer(g, 1, most);
  return { name, size, begin: 0, local: size };
}

/** A dim, whole or a part of it, never empty. */
export function part(g: Draw, name: string, most = 5): Part {
  const dim = whole(g, name, most);
  return chance(g) ? dim : partOf(g, dim);
}

/** A part of a dim, never empty. */
export function partOf(g: Draw, dim: Part): Part {
  const begin = integer(g, 0, dim.size - 1);
  return { ...dim, begin, local: integer(g, 1, dim.size - begin) };
}

/** Parts of up to `most` dims of the given names. */
export function parts(g: Draw, names: readonly string[], least = 0): readonly Part[] {
  return crowded(g, names.slice(0, integer(g, least, names.length)));
}

/** Parts of dims of the given names, or of several in the place of each. */
export function crowded(g: Draw, names: readonly string[], most = 5): readonly Part[] {
  if (g.crowd === 1) return names.map((name) => part(g, name, most));
  const places = Array.from({ length: g.crowd }, (_, i) => i);
  return names.flatMap((name) =>
    places.map((i) => {
      const dim = part(g, `${name}${i}`, 1);
      if (g.room === 0 || integer(g, 0, 5) === 0) return dim;
      g.room--;
      return { ...dim, size: 2, local: 2 };
    }),
  );
}

/** A slice of these dims, stored in any order. */
export function sliceOf(g: Draw, dims: readonly Part[], dtype: DType = "float32"): Slice {
  return inOrder(g.draw(fc.shuffledSubarray, [...dims], { minLength: dims.length }), dtype);
}

export function inOrder(dims: readonly Part[], dtype: DType = "float32"): Slice {
  return {
    dims: dims.map(({ name, size }) => ({ name, size })),
    dtype,
    box: dims.map(({ begin, local }) => ({ begin, size: local })),
  };
}

/** An operand of multiples of 1/8 (ties are frequent, sums exact), or of small integers or bools. */
export function operandOf(g: Draw, dims: readonly Part[], dtype: DType = "float32"): Operand {
  return filled(sliceOf(g, dims, dtype), (length) => numbers(g, dtype, length));
}

/** An operand with given limits of its numbers, which are multiples of 1/8 or integers. */
export function within(
  g: Draw,
  dims: readonly Part[],
  dtype: DType,
  min: number,
  max: number,
): Operand {
  const scale = dtype === "float32" ? 8 : 1;
  const element = { min: min * scale, max: max * scale };
  const draw = (length: number) =>
    g.draw((n: number) => fc.array(fc.integer(element), { minLength: n, maxLength: n }), length);
  return filled(sliceOf(g, dims, dtype), (length) => draw(length).map((x) => x / scale));
}

/** An operand in which some numbers are infinite or NaN, where they may be. */
export function wild(g: Draw, dims: readonly Part[]): Operand {
  const plain = operandOf(g, dims);
  if (g.finite) return plain;
  const seed = g.draw(fc.integer, { min: 0, max: 1000 });
  const rare = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const data = plain.data.map((x, i) => ((seed + i * 7) % 5 === 0 ? rare[(seed + i) % 3]! : x));
  return { slice: plain.slice, data };
}

function numbers(g: Draw, dtype: DType, length: number): readonly number[] {
  const bounds = { minLength: length, maxLength: length };
  if (dtype === "bool") return g.draw((b) => fc.array(fc.integer({ min: 0, max: 1 }), b), bounds);
  if (dtype === "float32") {
    const eighths = g.draw((b) => fc.array(fc.integer({ min: -32, max: 32 }), b), bounds);
    return eighths.map((x) => x / 8);
  }
  const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
  const either = () => fc.oneof({ weight: 4, arbitrary: fc.integer({ min: -9, max: 9 }) }, int32);
  return g.draw((b) => fc.array(either(), b), bounds);
}

function filled(slice: Slice, draw: (length: number) => readonly number[]): Operand {
  const data = hostArray(slice.dtype, volume(slice.box));
  data.set(draw(data.length));
  return { slice, data };
}
