/**
 * Programs of named tensors: dims, meshes and layouts; ops, gradients and optimizers; what a function
 * becomes under a layout, and what that costs. Loads no backend.
 *
 * @module mtf
 */

// What is said of a program: dims, meshes, layouts, and the errors of what cannot be meant.

export {
  type Dimension,
  type Dimensions,
  defineDims,
  dimension,
  type Mistake,
  type Select,
  type Selects,
  type Without,
} from "./dimension.ts";
export { type ErrorCode, type ErrorDetails, type Evidence, MtfError } from "./errors.ts";
export {
  defineLayout,
  type Layout,
  type LayoutRules,
  type LayoutSpec,
  parseRules,
  type RuleTable,
  type StorageRule,
} from "./layout.ts";
export {
  type Coordinate,
  coordinateOf,
  defineMesh,
  deviceAt,
  type Mesh,
  printMesh,
} from "./mesh.ts";

// Tensors, and trees of them.

export { dispose } from "./dispose.ts";
export type { ArrayOf, DType, HostArray } from "./dtype.ts";
export {
  type AnyTensor,
  isTensor,
  type NamesOf,
  type Scalar,
  type Tensor,
} from "./graph/tensor.ts";
export { type DTypeIn, mapTensors } from "./mapTensors.ts";
export type { RestAs } from "./rest/argument.ts";
export type { Int8Rest, Rest } from "./rest/rest.ts";
export { type PlaceholderOptions, placeholder } from "./trace.ts";
export { type IsLeaf, leavesOf, mapLeaves, type Tree, withLeaves } from "./tree.ts";

// Functions of tensors: ops, gradients, optimizers.

export { grad, valueAndGrad } from "./autodiff/grad.ts";
export { type DropoutOptions, dropout } from "./nn/dropout.ts";
export { reversible } from "./nn/reversible.ts";
export * from "./ops/index.ts";
export * from "./optim/index.ts";

// Random numbers of the host, the same as those of devices.

export { drawUniform, uniformAt } from "./random/draw.ts";

// Programs: what a function becomes under a layout, and what it costs.

export * from "./cost/index.ts";
export type { Pass } from "./graph/node.ts";
export type { Alternative } from "./partition/explain/alternatives.ts";
export { type Explanation, explain } from "./partition/explain/explain.ts";
export type { ExplainedValue } from "./partition/explain/rows.ts";
export type { AppliedRule, Why } from "./partition/explain/why.ts";
export { type LowerOptions, lower } from "./partition/lower.ts";
export * from "./program/index.ts";
export { type Traced, type TracedLeaf, type TracedLeaves, trace } from "./trace.ts";

// What computes ops on a device: the types of a backend of one's own.

export type { Backend, Buffer, Kernel, MaybePromise, Slice } from "./backend/backend.ts";
export type { BackendName } from "./backend/open.ts";
export type { Graph } from "./graph/graph.ts";
export type {
  Attributes,
  BinaryFn,
  ElementwiseFn,
  Kind,
  Op,
  OpOf,
  UnaryFn,
} from "./graph/kinds.ts";
