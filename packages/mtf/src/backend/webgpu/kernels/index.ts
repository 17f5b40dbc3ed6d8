import { adam } from "./adam.ts";
import { broadcast, concat, fill, iota, pad, rename, reshape, slice } from "./arrange.ts";
import { flashAttentionGrad } from "./attention/backward.ts";
import { flashAttention } from "./attention/forward.ts";
import { pagedAttention } from "./attention/paged.ts";
import { crossEntropy, crossEntropyGrad } from "./crossEntropy.ts";
import { einsum } from "./einsum.ts";
import { elementwise } from "./elementwise.ts";
import { gather, oneHot, scatter } from "./indexing.ts";
import type { WgslTable } from "./kernel.ts";
import { layerNorm, layerNormGrad } from "./layerNorm.ts";
import { argmax, cumsum } from "./ordering.ts";
import { fold, random } from "./random.ts";
import { reduce } from "./reduce.ts";
import { scatterAdd, scatterOnto } from "./scatterAdd.ts";
import { logSoftmax, logSoftmaxGrad, logsumexp, softmax, softmaxGrad, sumExp } from "./softmax.ts";
import { sort } from "./sort.ts";
import { topK } from "./topK.ts";
import { overlapAdd, window } from "./windows.ts";

/** Our own kernels on a GPU. */
export const wgsl: WgslTable = {
  fill,
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
  oneHot,
  gather,
  scatterAdd,
  scatterOnto,
  scatter,
  argmax,
  topK,
  sort,
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
  adam,
};
