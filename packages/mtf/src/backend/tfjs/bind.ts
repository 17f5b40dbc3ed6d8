import type { Op } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import { type LocalKind, localOp } from "../localOp.ts";
import { adam } from "./adam.ts";
import { crossEntropy, crossEntropyGrad } from "./crossEntropy.ts";
import { cumsum } from "./cumsum.ts";
import { einsum } from "./einsum.ts";
import { elementwise } from "./elementwise.ts";
import { gather, oneHot } from "./indexing.ts";
import { type Bind, onArrays, type Step } from "./kernel.ts";
import { layerNorm, layerNormGrad } from "./layerNorm.ts";
import { reduce } from "./reduce.ts";
import { logSoftmax, logSoftmaxGrad, logsumexp, softmax, softmaxGrad } from "./softmax.ts";
import { broadcast, concat, fill, pad, rename, reshape, slice } from "./structure.ts";

const table: { readonly [K in LocalKind]: Bind<K> } = {
  fill,
  literal: onArrays("literal"),
  iota: onArrays("iota"),
  random: onArrays("random"),
  fold: onArrays("fold"),
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
  // TensorScatterUpdate and UnsortedSegmentSum have no batch and refuse indices outside.
  scatter: onArrays("scatter"),
  scatterAdd: onArrays("scatterAdd"),
  // ArgMax skips a NaN, there is no sort, and TopK's order of equals differs between backends.
  argmax: onArrays("argmax"),
  topK: onArrays("topK"),
  sort: onArrays("sort"),
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

/** The kernels of an op, for given slices. */
export function bindStep(op: Op, operands: readonly Slice[], results: readonly Slice[]): Step {
  const { kind, attributes } = localOp(op);
  const bind = table[kind] as Bind<LocalKind>;
  return bind(attributes as never, operands, results);
}
