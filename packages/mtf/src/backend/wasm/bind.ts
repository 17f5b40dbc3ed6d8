import { internal } from "../../errors.ts";
import type { Op } from "../../graph/kinds.ts";
import type { LocalKind } from "../../reference/kernel.ts";
import type { Slice } from "../backend.ts";
import { adam } from "./adam.ts";
import type { BindHeap, Context, HeapKernel } from "./context.ts";
import { einsum } from "./einsum.ts";
import { elementwise } from "./elementwise.ts";
import { gather, oneHot, scatterAdd } from "./indexing.ts";
import { fill, fold, iota, literal, random } from "./make.ts";
import { argmax, cumsum, topK } from "./ordering.ts";
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
} from "./rows.ts";
import { broadcast, concat, pad, rename, reshape, slice } from "./structure.ts";

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
  oneHot,
  gather,
  scatterAdd,
  argmax,
  topK,
  cumsum,
  softmax,
  softmaxGrad,
  logSoftmax,
  logSoftmaxGrad,
  logsumexp,
  layerNorm,
  layerNormGrad,
  crossEntropy,
  crossEntropyGrad,
  adam,
};

export function bind(
  context: Context,
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
  reuse: readonly number[],
): HeapKernel {
  if (op.kind === "input" || op.kind === "withLayout" || op.kind === "loop") {
    throw internal(`a backend was given '${op.kind}'`);
  }
  const entry = table[op.kind] as BindHeap<LocalKind>;
  return entry(context, op.attributes as never, operands, results, reuse);
}
