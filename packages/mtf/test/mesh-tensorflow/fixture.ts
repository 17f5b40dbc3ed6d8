import { readFileSync } from "node:fs";
import { type Dimension, type DType, dimension, type HostArray } from "mtf";

/** Dims as the fixtures write them. */
export type WrittenDims = readonly (readonly [string, number])[];

export interface WrittenTensor {
  readonly name?: string;
  readonly of?: string;
  readonly dims: WrittenDims;
  readonly dtype?: DType;
  readonly data: readonly (number | string)[];
}

/** A program that Mesh-TensorFlow ran: what it was given, what it gave. */
export interface Case {
  readonly name: string;
  readonly op: string;
  // biome-ignore lint/suspicious/noExplicitAny: each op has attributes of its own
  readonly attributes: any;
  readonly inputs: readonly (WrittenTensor & { readonly name: string; readonly dtype: DType })[];
  readonly outputs: readonly (WrittenTensor & { readonly dtype: DType })[];
  readonly cotangents?: readonly (WrittenTensor | null)[];
  readonly gradients?: readonly (WrittenTensor & { readonly of: string })[];
  readonly no_gradient?: readonly string[];
  readonly layouts_checked: readonly string[];
  readonly layouts_refused: readonly (readonly [string, string])[];
}

/** What a fixture file holds. */
export function fixture<T>(file: string): T {
  const url = new URL(`../fixtures/mesh-tensorflow/${file}`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as T;
}

export function dimsFrom(written: WrittenDims): Dimension[] {
  return written.map(([name, size]) => dimension(name, size));
}

/** Numbers of a tensor; what JSON lacks is written as text. */
export function numbersFrom(data: readonly (number | string)[]): number[] {
  return data.map(Number);
}

/** Numbers as arguments take them; floats in double precision, which the reference computes in. */
export function arrayOf(data: readonly number[], dtype: DType = "float32"): HostArray {
  if (dtype === "float32") return Float64Array.from(data);
  return dtype === "int32" ? Int32Array.from(data) : Uint8Array.from(data);
}
