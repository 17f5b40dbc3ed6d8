import type { Slice } from "../backend/backend.ts";
import { internal } from "../errors.ts";
import type { Attributes, Op } from "../graph/kinds.ts";
import { adam } from "./adam.ts";
import { crossEntropy, crossEntropyGrad } from "./crossEntropy.ts";
import { einsum } from "./einsum.ts";
import { elementwise } from "./elementwise.ts";
import { gather, oneHot, scatterAdd } from "./indexing.ts";
import type { Bind, HostKernel, LocalKind } from "./kernel.ts";
import { layerNorm, layerNormGrad } from "./layerNorm.ts";
import { fill, fold, iota, literal, random } from "./make.ts";
import { argmax, cumsum, topK } from "./ordering.ts";
import { reduce } from "./reduce.ts";
import { logSoftmax, logSoftmaxGrad, logsumexp, softmax, softmaxGrad } from "./softmax.ts";
import { broadcast, concat, pad, rename, reshape, slice } from "./structure.ts";

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

/**
 * An op on plain arrays, for given slices. What a backend has no kernel for it can compute with
 * this on the host.
 *
 * @example
 * bindHost(op, [a, b], [c])([aValues, bValues], [cValues]);
 */
export function bindHost(
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
): HostKernel {
  const bind = tableEntry(op.kind) as Bind<LocalKind>;
  return bind(op.attributes as Attributes[LocalKind] as never, operands, results);
}

function tableEntry(kind: Op["kind"]): Bind<never> {
  if (kind === "input" || kind === "withLayout" || kind === "loop") {
    throw internal(`a backend was given '${kind}'`);
  }
  return table[kind];
}
