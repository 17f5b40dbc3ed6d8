// Words

// Functions of tensors
export { grad, valueAndGrad } from "./autodiff/grad.ts";
// Programs
export * from "./cost/index.ts";
export { type Dimension, defineDims, dimension, type Select } from "./dimension.ts";
export type { ArrayOf, DType, HostArray } from "./dtype.ts";
export { type ErrorCode, type ErrorDetails, type Evidence, MtfError } from "./errors.ts";
export type { AnyTensor, NamesOf, Scalar, Tensor } from "./graph/tensor.ts";
export { isTensor } from "./graph/tensor.ts";
export {
  defineLayout,
  type Layout,
  type LayoutRules,
  type LayoutSpec,
  parseRules,
  type RuleTable,
  type StorageRule,
} from "./layout.ts";
export { defineMesh, type Mesh, printMesh } from "./mesh.ts";
export { dropout } from "./nn/dropout.ts";
export * from "./ops/index.ts";
export * from "./optim/index.ts";
export * from "./spmd/index.ts";
export { nearest } from "./suggest.ts";
export { placeholder, type Traced, type TracedLeaf, trace } from "./trace.ts";
export { leavesOf, type MapTree, mapLeaves, type Tree, withLeaves } from "./tree.ts";
