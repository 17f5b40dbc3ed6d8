import { adam } from "./adam/rule.ts";
import { argmax } from "./argmax/rule.ts";
import { broadcast } from "./broadcast/rule.ts";
import { concat } from "./concat/rule.ts";
import { fill, literal } from "./constant/rule.ts";
import { convolution } from "./convolution/rule.ts";
import { crossEntropy, crossEntropyGrad } from "./crossEntropy/rule.ts";
import { cumsum } from "./cumsum/rule.ts";
import { einsum } from "./einsum/rule.ts";
import { elementwise } from "./elementwise/rule.ts";
import { flashAttention, flashAttentionGrad } from "./flashAttention/rule.ts";
import { gather, scatterAdd, scatterOnto } from "./gather/rule.ts";
import { input } from "./input/rule.ts";
import { iota } from "./iota/rule.ts";
import { layerNorm, layerNormGrad } from "./layerNorm/rule.ts";
import { maskedAttention } from "./maskedAttention/rule.ts";
import { oneHot } from "./oneHot/rule.ts";
import { pad } from "./pad/rule.ts";
import { pagedAttention } from "./pagedAttention/rule.ts";
import { fold, random } from "./random/rule.ts";
import { reduce } from "./reduce/rule.ts";
import { region } from "./region/rule.ts";
import { rename } from "./rename/rule.ts";
import { reshape } from "./reshape/rule.ts";
import type { Rules } from "./rule.ts";
import { scatter } from "./scatter/rule.ts";
import { slice } from "./slice/rule.ts";
import {
  logSoftmax,
  logSoftmaxGrad,
  logsumexp,
  softmax,
  softmaxGrad,
  sumExp,
} from "./softmax/rule.ts";
import { sort } from "./sort/rule.ts";
import { topK } from "./topK/rule.ts";
import { overlapAdd, window } from "./window/rule.ts";
import { withLayout } from "./withLayout/rule.ts";

/** What the library knows of every kind of op. */
export const rules: Rules = {
  adam,
  argmax,
  broadcast,
  concat,
  convolution,
  crossEntropy,
  crossEntropyGrad,
  cumsum,
  einsum,
  elementwise,
  fill,
  flashAttention,
  flashAttentionGrad,
  pagedAttention,
  maskedAttention,
  fold,
  gather,
  input,
  iota,
  layerNorm,
  layerNormGrad,
  literal,
  logSoftmax,
  logSoftmaxGrad,
  logsumexp,
  oneHot,
  overlapAdd,
  pad,
  random,
  reduce,
  region,
  rename,
  reshape,
  scatter,
  scatterAdd,
  scatterOnto,
  slice,
  softmax,
  softmaxGrad,
  sumExp,
  sort,
  topK,
  window,
  withLayout,
};
