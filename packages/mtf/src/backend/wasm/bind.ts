import type { Op } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import { type LocalKind, localOp } from "../localOp.ts";
import { adam } from "./adam.ts";
import { flashAttentionGrad } from "./attention/backward.ts";
import { flashAttention } from "./attention/forward.ts";
import { maskedAttention } from "./attention/masked.ts";
import { pagedAttention } from "./attention/paged.ts";
import type { BindHeap, Context, HeapKernel } from "./context.ts";
import { convolution } from "./convolution/convolution.ts";
import { einsum } from "./einsum.ts";
import { elementwise } from "./elementwise/elementwise.ts";
import { gather, oneHot, scatter, scatterAdd, scatterOnto } from "./indexing.ts";
import { fill, fold, iota, literal, random } from "./make.ts";
import { argmax, cumsum, sort, topK } from "./ordering.ts";
import { reduce } from "./reduce.ts";
import {
  crossEntropy,
  crossEntropyGrad,
  layerNorm,
  layerNormGrad,
  logSoftmax,
  logSoftmaxGrad,
  logsumexp,
  softmax,
  softmaxGrad,
  sumExp,
} from "./rows.ts";
import { broadcast, concat, pad, rename, reshape, slice } from "./structure.ts";
import { overlapAdd, window } from "./windows.ts";

const table: { readonly [K in LocalKind]: BindHeap<K> } = {
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
  flashAttention,
  flashAttentionGrad,
  pagedAttention,
  maskedAttention,
  adam,
};

export function bind(
  context: Context,
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
  reuse: readonly number[],
): HeapKernel {
  const { kind, attributes } = localOp(op);
  const entry = table[kind] as BindHeap<LocalKind>;
  return entry(context, attributes as never, operands, results, reuse);
}
