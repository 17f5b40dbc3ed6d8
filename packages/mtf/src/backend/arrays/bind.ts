import type { Op } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import { type LocalKind, localOp } from "../localOp.ts";
import { adam } from "./adam.ts";
import { convolution } from "./convolution.ts";
import { crossEntropy, crossEntropyGrad } from "./crossEntropy.ts";
import { einsum } from "./einsum.ts";
import { elementwise } from "./elementwise.ts";
import { gather, oneHot, scatter, scatterAdd, scatterOnto } from "./indexing.ts";
import type { ArrayKernel, Bind } from "./kernel.ts";
import { layerNorm, layerNormGrad } from "./layerNorm.ts";
import { fill, fold, iota, literal, random } from "./make.ts";
import { argmax, cumsum, sort, topK } from "./ordering.ts";
import { byParts } from "./parts.ts";
import { reduce } from "./reduce.ts";
import { logSoftmax, logSoftmaxGrad, logsumexp, softmax, softmaxGrad, sumExp } from "./softmax.ts";
import { broadcast, concat, pad, rename, reshape, slice } from "./structure.ts";
import { overlapAdd, window } from "./windows.ts";

const table: { readonly [K in LocalKind]: Bind<K> } = {
  fill,
  literal,
  iota,
  random,
  fold,
  elementwise,
  reduce,
  einsum,
  rename,
  broadcast,
  reshape,
  slice,
  pad,
  concat,
  window,
  overlapAdd,
  convolution,
  oneHot,
  gather,
  scatter,
  scatterAdd,
  scatterOnto,
  argmax,
  sort,
  topK,
  cumsum,
  softmax,
  softmaxGrad,
  logSoftmax,
  logSoftmaxGrad,
  logsumexp,
  sumExp,
  layerNorm,
  layerNormGrad,
  crossEntropy,
  crossEntropyGrad,
  flashAttention: byParts("flashAttention", bindArrays),
  flashAttentionGrad: byParts("flashAttentionGrad", bindArrays),
  pagedAttention: byParts("pagedAttention", bindArrays),
  maskedAttention: byParts("maskedAttention", bindArrays),
  adam,
};

/**
 * An op on plain arrays, for given slices. What a backend has no kernel for it can compute with
 * this on the host.
 *
 * @example
 * bindArrays(op, [a, b], [c])([aValues, bValues], [cValues]);
 */
export function bindArrays(
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
): ArrayKernel {
  const { kind, attributes } = localOp(op);
  const bind = table[kind] as Bind<LocalKind>;
  return bind(attributes as never, operands, results);
}
