import { internal } from "../../errors.ts";
import type { Op } from "../../graph/kinds.ts";
import type { LocalKind } from "../../reference/kernel.ts";
import type { Slice } from "../backend.ts";
import { adam } from "./adam.ts";
import { crossEntropy, crossEntropyGrad } from "./crossEntropy.ts";
import { cumsum } from "./cumsum.ts";
import { einsum } from "./einsum.ts";
import { elementwise } from "./elementwise.ts";
import { gather, oneHot } from "./indexing.ts";
import { type Bind, onHost, type Step } from "./kernel.ts";
import { layerNorm, layerNormGrad } from "./layerNorm.ts";
import { reduce } from "./reduce.ts";
import { logSoftmax, logSoftmaxGrad, logsumexp, softmax, softmaxGrad } from "./softmax.ts";
import { broadcast, concat, fill, pad, rename, reshape, slice } from "./structure.ts";

const table: { readonly [K in LocalKind]: Bind<K> } = {
  fill,
  literal: onHost("literal"),
  iota: onHost("iota"),
  random: onHost("random"),
  fold: onHost("fold"),
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
  // UnsortedSegmentSum has no batch and refuses indices outside.
  scatterAdd: onHost("scatterAdd"),
  // ArgMax skips a NaN, and TopK's order of equals differs between backends.
  argmax: onHost("argmax"),
  topK: onHost("topK"),
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
  if (op.kind === "input" || op.kind === "withLayout" || op.kind === "loop") {
    throw internal(`a backend was given '${op.kind}'`);
  }
  const bind = table[op.kind] as Bind<LocalKind>;
  return bind(op.attributes as never, operands, results);
}
