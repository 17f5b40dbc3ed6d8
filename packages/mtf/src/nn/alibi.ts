import type { Dimension } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { constant } from "../ops/constant/constant.ts";
import { outer } from "../ops/einsum/einsum.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { relativePositions } from "./relativePositions.ts";

/**
 * What ALiBi adds to scores instead of telling positions (Press and others, 2021): less by the distance
 * back, times a slope that each head has of its own. The slopes fall from 2^(-8/heads) to 2^-8; of a
 * number of heads that is no power of two, the rest lie between.
 *
 * @param length positions that look
 * @param memory positions that are looked at
 * @example
 * const bias = alibi(heads, length, memory); // [heads, length, memory]
 * attention(query, keys, values, { over: "memory", within: "kv", bias });
 */
export function alibi<H extends string, L extends string, M extends string>(
  heads: Dimension<H>,
  length: Dimension<L>,
  memory: Dimension<M>,
): Tensor<H | L | M> {
  const slopes = constant(slopesOf(heads.size), [heads]);
  const relative: AnyTensor = relativePositions(length, memory);
  const distance = apply("neg", apply("toFloat32", apply("abs", relative)));
  return outer(slopes, distance as Tensor<L | M>);
}

function slopesOf(heads: number): number[] {
  const whole = 2 ** Math.floor(Math.log2(heads));
  const slope = (i: number, of: number) => 2 ** ((-8 * i) / of);
  const first = Array.from({ length: whole }, (_, i) => slope(i + 1, whole));
  const rest = Array.from({ length: heads - whole }, (_, i) => slope(2 * i + 1, 2 * whole));
  return [...first, ...rest];
}
