import type { DType, NarrowDType, StoredDType } from "../dtype.ts";

/**
 * What a float32 tensor rests as: narrow numbers that are widened wherever they are read. An int8
 * has a float32 scale for each index of some dims, by which its numbers are multiplied.
 */
export type Rest = "bfloat16" | "float16" | Int8Rest;

/** Numbers from -127 to 127, and the dims along which each index has a scale of its own. */
export interface Int8Rest {
  readonly dtype: "int8";
  readonly scales: readonly string[];
}

/** The dtype of the numbers that rest. */
export function restDType(rest: Rest): NarrowDType {
  return typeof rest === "string" ? rest : rest.dtype;
}

/** Whether two tensors rest alike. */
export function sameRest(a: Rest | undefined, b: Rest | undefined): boolean {
  if (typeof a !== "object" || typeof b !== "object") return a === b;
  return a.scales.length === b.scales.length && a.scales.every((dim) => b.scales.includes(dim));
}

/** What rests under a dim's other name. */
export function renamedRest(rest: Rest | undefined, from: string, to: string): Rest | undefined {
  if (typeof rest !== "object") return rest;
  return { ...rest, scales: rest.scales.map((dim) => (dim === from ? to : dim)) };
}

/** An array of numbers in memory: its dims, or as much of them as a device holds. */
export interface Part<D> {
  readonly dims: readonly D[];
  readonly dtype: StoredDType;
}

/**
 * The arrays of numbers that a tensor rests in, one after the other: the scales of an int8, which
 * need the greater alignment, and the numbers.
 */
export function partsOf<D extends { readonly name: string }>({
  dims,
  dtype,
  rest,
}: {
  readonly dims: readonly D[];
  readonly dtype: DType;
  readonly rest?: Rest | undefined;
}): readonly Part<D>[] {
  if (rest === undefined) return [{ dims, dtype }];
  const numbers = { dims, dtype: restDType(rest) };
  if (typeof rest === "string") return [numbers];
  const scaled = dims.filter((d) => rest.scales.includes(d.name));
  return [{ dims: scaled, dtype: "float32" }, numbers];
}
