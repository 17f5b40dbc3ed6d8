export { argmax } from "./argmax/argmax.ts";
export { broadcast } from "./broadcast/broadcast.ts";
export { concat } from "./concat/concat.ts";
export { constant, fill, type NumberArray, ones, zeros } from "./constant/constant.ts";
export type { Padding } from "./convolution/along.ts";
export type { ConvolutionOptions } from "./convolution/arguments.ts";
export { convolution } from "./convolution/convolution.ts";
export { type PoolOptions, pool } from "./convolution/pool.ts";
export { convolutionTransposed } from "./convolution/transposed.ts";
export { crossEntropyWithLogsumexp, softmaxCrossEntropy } from "./crossEntropy/crossEntropy.ts";
export { cumsum } from "./cumsum/cumsum.ts";
export { dynamicShift } from "./dynamic/dynamicShift.ts";
export { dynamicSlice } from "./dynamic/dynamicSlice.ts";
export { dynamicUpdate } from "./dynamic/dynamicUpdate.ts";
export {
  contract,
  einsum,
  type Lonely,
  type LonelyOf,
  type NamesIn,
  outer,
} from "./einsum/einsum.ts";
export type { Arithmetic, Comparison, Logic, Meets, Numeric } from "./elementwise/binary.ts";
export { elu, selu } from "./elementwise/elu.ts";
export { floorDiv } from "./elementwise/floorDiv.ts";
export * from "./elementwise/functions.ts";
export { leakyRelu } from "./elementwise/leakyRelu.ts";
export { gather, scatterAdd } from "./gather/gather.ts";
export { iota } from "./iota/iota.ts";
export { layerNorm } from "./layerNorm/layerNorm.ts";
export { named } from "./named/named.ts";
export { oneHot } from "./oneHot/oneHot.ts";
export { pad } from "./pad/pad.ts";
export { categorical } from "./random/categorical.ts";
export { fold, type Key, key } from "./random/key.ts";
export { randint } from "./random/randint.ts";
export { gumbel, normal, uniform } from "./random/random.ts";
export { sampleWithTemperature } from "./random/sample.ts";
export { all, any, max, mean, min, type Reduced, sum } from "./reduce/reduce.ts";
export { type Along, type At, accumulate, mapOver, type Slices } from "./region/accumulate.ts";
export { cond } from "./region/cond.ts";
export { customGradient, type ForBackward } from "./region/customGradient.ts";
export { recompute } from "./region/recompute.ts";
export { scan } from "./region/scan.ts";
export { type WhileLoopOptions, whileLoop } from "./region/whileLoop.ts";
export { type FreeName, rename } from "./rename/rename.ts";
export { merge, reshape, split } from "./reshape/reshape.ts";
export { scatter } from "./scatter/scatter.ts";
export { shift } from "./shift/shift.ts";
export { at } from "./slice/at.ts";
export { slice } from "./slice/slice.ts";
export { logSoftmax, logsumexp, softmax } from "./softmax/softmax.ts";
export { sort } from "./sort/sort.ts";
export { stack } from "./stack/stack.ts";
export { unstack } from "./stack/unstack.ts";
export { nthLargest, nthSmallest } from "./topK/nthLargest.ts";
export { topK } from "./topK/topK.ts";
export { type HaloOptions, halo } from "./window/halo.ts";
export { overlapAdd, type TakenOptions, type WindowOptions, window } from "./window/window.ts";
export { withLayout } from "./withLayout/withLayout.ts";
