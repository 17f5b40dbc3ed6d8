import type { Dimension } from "mtf";
import * as mtf from "mtf";
import * as layers from "mtf/nn";
import { dimsFrom, type WrittenDims } from "./fixture.ts";

// Dims come from files here, so that the compiler cannot know them.

/** A tensor of whatever dims. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export type T = any;

/** The library, without its types. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export const m: any = mtf;

/** Pieces of layers, without their types. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export const nn: any = layers;

export const dimsOf = (x: T): Dimension[] => x.names.map((name: string) => x.dims[name]);

export const names = (x: T): string[] => [...x.names];

export const sizeOf = (x: T, dim: string): number => x.dims[dim].size;

/** A dim that is one element long, without it. */
export const squeezed = (x: T, dim: string): T => m.sum(x, dim);

/** The value along dims it lacks. */
export function along(x: T, written: WrittenDims | null | undefined): T {
  const missing = dimsFrom(written ?? []).filter((d) => !names(x).includes(d.name));
  return missing.length > 0 ? m.broadcast(x, ...missing) : x;
}

/** Two arguments that share a dim, or are scalars: others are broadcast, as is never implied here. */
export function meeting(fn: string, x: T, y: T): T {
  if (typeof x === "number" || typeof y === "number") return m[fn](x, y);
  const [a, b] = [names(x), names(y)];
  if (a.length === 0 || b.length === 0 || a.some((name) => b.includes(name))) return m[fn](x, y);
  return m[fn](x, m.broadcast(y, ...dimsOf(x)));
}

/** The sum of products over the dims that all outputs lack, output dims new to all broadcast. */
export function product(operands: readonly T[], output: readonly string[] | WrittenDims): T {
  const dims = output.map((d) => (typeof d === "string" ? d : dimsFrom([d])[0]!));
  const wanted = dims.map((d) => (typeof d === "string" ? d : d.name));
  // What only one operand has is summed there, as einsum wants it.
  const alone = operands.map((x) => {
    const others = operands.filter((other) => other !== x).flatMap(names);
    const lonely = names(x).filter((name) => !wanted.includes(name) && !others.includes(name));
    return lonely.length > 0 ? m.sum(x, ...lonely) : x;
  });
  return m.einsum(alone, dims);
}

/** The sum of products over some dims; the others stay, in order of appearance. */
export function contracted(operands: readonly T[], over: readonly string[]): T {
  const all = [...new Set(operands.flatMap(names))];
  return product(
    operands,
    all.filter((name) => !over.includes(name)),
  );
}

/**
 * The same numbers, row by row, with other dims: renames, splits and merges where the old and new
 * dims end together, and what is neither as one reshape of these dims.
 */
export function reshapedTo(x: T, written: WrittenDims): T {
  const left = [...dimsOf(x)];
  const right = dimsFrom(written);
  let result = x;
  while (left.length > 0 || right.length > 0) {
    const [old, made]: [Dimension[], Dimension[]] = [[], []];
    const sizes = (dims: readonly Dimension[]) => dims.reduce((n, d) => n * d.size, 1);
    // A dim of one element may come from nothing or go to nothing.
    if (left[0]?.size === 1 && right[0]?.size !== 1) old.push(left.shift()!);
    else if (right[0]?.size === 1 && left[0]?.size !== 1) made.push(right.shift()!);
    else {
      old.push(left.shift()!);
      made.push(right.shift()!);
      while (sizes(old) !== sizes(made)) {
        if (sizes(old) < sizes(made)) old.push(left.shift()!);
        else made.push(right.shift()!);
      }
    }
    result = group(result, old, made);
  }
  return result;
}

function group(x: T, old: readonly Dimension[], made: readonly Dimension[]): T {
  const same = (d: Dimension | undefined, e: Dimension | undefined) =>
    d !== undefined && d.name === e?.name && d.size === e.size;
  if (old.length === made.length && old.every((d, i) => same(d, made[i]))) return x;
  if (made.length === 0) return old.reduce((y, d) => squeezed(y, d.name), x);
  if (old.length === 0) return m.broadcast(x, ...made);
  if (old.length === 1 && made.length === 1) return m.rename(x, old[0]!.name, made[0]!.name);
  if (old.length === 1) return m.split(x, old[0]!.name, made);
  const gone = old.map((d) => d.name);
  return made.length === 1 ? m.merge(x, gone, made[0]!) : m.reshape(x, gone, made);
}
