import type { Dimension, Dimensions } from "./dimension.ts";
import type { DType } from "./dtype.ts";
import { MtfError } from "./errors.ts";
import type { Graph } from "./graph/graph.ts";
import { makeTensor } from "./graph/node.ts";
import { type AnyTensor, dimsOf, isTensor, type Tensor } from "./graph/tensor.ts";
import { distinctDims } from "./ops/check.ts";
import { leavesOf, mapLeaves } from "./tree.ts";

/**
 * A tensor that stands for an argument: dims and a dtype, and no numbers.
 *
 * @throws MtfError `duplicate-dim`
 * @example
 * const image = placeholder([batch, pixel]);
 */
export function placeholder<const N extends readonly string[] = [], D extends DType = "float32">(
  dims: Dimensions<N> = [] as never,
  dtype: D = "float32" as D,
): Tensor<N[number], D> {
  return input("", distinctDims("placeholder", dims), dtype) as never;
}

/** A graph whose inputs and outputs have places in trees. */
export interface TracedLeaves {
  readonly graph: Graph;
  /** The graph's inputs, the leaves of the arguments. */
  readonly inputs: readonly TracedLeaf[];
  /** The graph's outputs, the leaves of the result. */
  readonly outputs: readonly TracedLeaf[];
}

/** A function traced: its graph, and the trees of tensors that it takes and gives. */
export interface Traced<Arguments extends readonly unknown[], Result> extends TracedLeaves {
  readonly arguments: Arguments;
  readonly result: Result;
}

/** A tensor in a tree, and where it stands: `0/params/up`. */
export interface TracedLeaf {
  readonly path: string;
  readonly tensor: AnyTensor;
}

/**
 * Runs a function once on inputs of the dims and dtypes of `args`, trees of tensors, and gives the
 * graph of what it computed.
 *
 * @throws MtfError `bad-argument` where the result holds anything but tensors, and what ops throw
 * @example
 * const { graph } = trace(step, [state, image, label]);
 */
export function trace<Arguments extends readonly unknown[], Result>(
  fn: (...args: Arguments) => Result,
  args: Arguments,
): Traced<Arguments, Result> {
  const given = mapLeaves(args, isTensor, (x, path) => input(path, dimsOf(x), x.dtype));
  const result = fn(...(given as Arguments));
  requireTensors(result, "");
  const [inputs, outputs] = [tracedLeaves(given), tracedLeaves(result)];
  const graph = {
    inputs: inputs.map((leaf) => leaf.tensor),
    outputs: outputs.map((leaf) => leaf.tensor),
  };
  return { graph, inputs, outputs, arguments: given as Arguments, result };
}

const tracedLeaves = (tree: unknown): readonly TracedLeaf[] =>
  leavesOf(tree, isTensor).map(([path, tensor]) => ({ path, tensor }));

function input(path: string, dims: readonly Dimension[], dtype: DType): AnyTensor {
  return makeTensor("input", { path }, [], { dims, dtype });
}

function requireTensors(tree: unknown, path: string): void {
  if (isTensor(tree)) return;
  if (typeof tree === "object" && tree !== null) {
    for (const [key, child] of Object.entries(tree)) {
      requireTensors(child, path === "" ? key : `${path}/${key}`);
    }
    return;
  }
  throw new MtfError(
    "bad-argument",
    `the function gave ${typeof tree}${path && ` at '${path}'`} where only tensors can be given.`,
    { path, try: ["constant(…) makes a tensor of a number"] },
  );
}
