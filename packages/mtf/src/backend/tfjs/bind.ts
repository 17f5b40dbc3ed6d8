import type { Op } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import { type LocalKind, localOp } from "../localOp.ts";
import { adam } from "./adam.ts";
import { conv2d, inTwo } from "./convolution.ts";
import { crossEntropy, crossEntropyGrad } from "./crossEntropy.ts";
import { cumsum } from "./cumsum.ts";
import { einsum } from "./einsum.ts";
import { elementwise } from "./elementwise.ts";
import { isFaulty } from "./faults.ts";
import { gather, oneHot, scatteredFirst } from "./indexing.ts";
import { type Bind, type Binds, onArrays, type Step } from "./kernel.ts";
import { layerNorm, layerNormGrad } from "./layerNorm.ts";
import { reduce } from "./reduce.ts";
import { logSoftmax, logSoftmaxGrad, logsumexp, softmax, softmaxGrad, sumExp } from "./softmax.ts";
import { broadcast, concat, fill, pad, rename, reshape, slice } from "./structure.ts";
import type { Target } from "./target.ts";

const table: Binds = {
  fill,
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
  adam,
};

/**
 * The kernels of an op, for given slices: our own if there are, else the backend's, or the host's
 * where these are not right.
 */
export function bindStep(
  target: Target,
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
  reuse: readonly number[],
): Step {
  const { faults, own } = target;
  const ours = own?.(op, operands, results, reuse);
  if (ours) return ours;
  const faulty = isFaulty(faults, op, operands, results);
  if (op.kind === "convolution") {
    // Where there are kernels of our own, these make windows and their product.
    const whole = own || faulty ? undefined : conv2d(op.attributes, operands, results[0]!);
    if (whole) return whole;
    return inTwo(op.attributes, operands, results[0]!, (part, from, to) => {
      return bindStep(target, part, from, to, []);
    });
  }
  if (op.kind === "scatterOnto") {
    return scatteredFirst(op.attributes, operands, results[0]!, (part, from, to) =>
      bindStep(target, part, from, to, []),
    );
  }
  const { kind, attributes } = localOp(op);
  const bind = faulty ? undefined : table[kind];
  const step = (bind ?? onArrays(kind)) as Bind<LocalKind>;
  return step(attributes as never, operands, results);
}
