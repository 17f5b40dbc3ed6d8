import type { DType } from "../../../dtype.ts";
import { type Extent, type Strides, sizeOf } from "../../slices/walk.ts";
import { each, type Shader } from "../shader.ts";
import { type Combine, combine, threadsFor } from "../wgsl/across.ts";
import { placesAt } from "../wgsl/places.ts";
import { literal, scalar } from "../wgsl/text.ts";

/** Results whose every element is a fold of terms over a loop. */
export interface Fold {
  /** The dims of the result: one fold for each of its elements. */
  readonly outer: readonly Extent[];
  /** The dims that are folded. */
  readonly inner: readonly Extent[];
  readonly reads: readonly { readonly dtype: DType; readonly strides: Strides }[];
  readonly target: Strides;
  readonly dtype: DType;
  readonly how: Combine;
  /** A term, made of expressions of the elements read. */
  readonly term: (...x: string[]) => string;
}

/** Below this length a thread folds on its own. */
const long = 64;

/** So many folds keep a GPU busy without sharing one among threads. */
const many = 1 << 14;

/** What a fold begins with. */
function startOf(how: Combine, dtype: DType): string {
  if (how === "sum") return literal(0, dtype);
  const sign = how === "max" ? -1 : 1;
  if (dtype === "float32") return literal(sign * Infinity, dtype);
  return literal(sign < 0 ? -(2 ** 31) : 2 ** 31 - 1, dtype);
}

/** The shader of a fold: a thread or a workgroup for each, in one order whenever it runs. */
export function folding(fold: Fold): Shader {
  const { outer, inner, reads, target, dtype, how, term } = fold;
  const strides = reads.map((read) => read.strides);
  const rows = placesAt("i", outer, [...strides, target]);
  const along = placesAt("j", inner, strides);
  const [folds, length] = [sizeOf(outer), sizeOf(inner)];
  const bases = strides.map((_, n) => `  let b${n} = ${rows[n]};\n`).join("");
  const mine = term(...strides.map((_, n) => `x${n}[b${n} + ${along[n]}]`));
  const types = { reads: reads.map((read) => read.dtype), writes: [dtype] };
  const begin = `${bases}  var t = ${startOf(how, dtype)};\n`;
  if (length < long || folds >= many) {
    const loop = `  for (var j = 0u; j < ${length}u; j++) { t = ${combine(how, "t", mine)}; }\n`;
    return each(folds, { ...types, body: `${begin}${loop}  y0[${rows.at(-1)}] = t;` });
  }
  const threads = threadsFor(length);
  return {
    ...types,
    threads,
    groups: folds,
    folds: { folded: { how, type: scalar[dtype] } },
    body: `  let i = group;
${begin}  for (var j = lane; j < ${length}u; j += ${threads}u) { t = ${combine(how, "t", mine)}; }
  let all = folded(lane, t);
  if (lane == 0u) { y0[${rows.at(-1)}] = all; }`,
  };
}
