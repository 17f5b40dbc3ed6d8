import { type Dimension, printDims } from "../../dimension.ts";
import type { DType } from "../../dtype.ts";
import type { Typed } from "../../graph/kinds.ts";
import { printResting } from "../../rest/print.ts";

/** `f32[batch=8, embd=64]` */
export function printType(typed: Typed): string {
  return printResting(typed, printDims(typed.dims));
}

/** Whether two values have one dtype and the same dims in the same order. */
export function sameType(a: Typed, b: Typed): boolean {
  return a.dtype === b.dtype && sameDims(a.dims, b.dims);
}

/** Whether dims are the same, and come in the same order. */
export function sameDims(a: readonly Dimension[], b: readonly Dimension[]): boolean {
  if (a === b) return true;
  return a.length === b.length && a.every((d, i) => sameDim(d, b[i]!));
}

function sameDim(a: Dimension, b: Dimension): boolean {
  return a.name === b.name && a.size === b.size;
}

/** The dim of a name. */
export function dimOf({ dims }: Typed, name: string): Dimension | undefined {
  return dims.find((d) => d.name === name);
}

/** A value's dims without some, in its order. */
export function without({ dims }: Typed, ...names: readonly string[]): readonly Dimension[] {
  return dims.filter((d) => !names.includes(d.name));
}

/** A value's dims with one in the place of another. */
export function replaced(
  { dims }: Typed,
  name: string,
  ...by: readonly Dimension[]
): readonly Dimension[] {
  return dims.flatMap((d) => (d.name === name ? by : [d]));
}

/** The dims of several values, each once; a text where they disagree about a size. */
export function union(values: readonly Typed[]): readonly Dimension[] | string {
  const all: Dimension[] = [];
  for (const { dims } of values) {
    for (const d of dims) {
      const known = all.find((other) => other.name === d.name);
      if (!known) all.push(d);
      else if (known.size !== d.size) return `'${d.name}' has sizes ${known.size} and ${d.size}`;
    }
  }
  return all;
}

/** Dims in the order that a value has them, where that is free: those it lacks come last. */
export function asIn({ dims }: Typed, own: readonly Dimension[]): readonly Dimension[] {
  const inOrder = dims.flatMap((d) => own.filter((o) => o.name === d.name));
  return [...inOrder, ...own.filter((o) => !dims.some((d) => d.name === o.name))];
}

export const float32 = (dims: readonly Dimension[]): Typed => ({ dims, dtype: "float32" });
export const int32 = (dims: readonly Dimension[]): Typed => ({ dims, dtype: "int32" });
export const like = ({ dtype }: Typed, dims: readonly Dimension[]): Typed => ({ dims, dtype });

/** Dtypes that an operand may have. */
export const anything: readonly DType[] = ["float32", "int32", "bool"];
export const numbers: readonly DType[] = ["float32", "int32"];
export const floats: readonly DType[] = ["float32"];
export const integers: readonly DType[] = ["int32"];
