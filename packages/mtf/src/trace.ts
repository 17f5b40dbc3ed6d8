import { arrayArgument, functionArgument, nothingBesides, optionsArgument } from "./arguments.ts";
import type { Dimension, Dimensions } from "./dimension.ts";
import type { DType } from "./dtype.ts";
import { MtfError } from "./errors.ts";
import type { Graph } from "./graph/graph.ts";
import type { Typed } from "./graph/kinds.ts";
import { attributedTo, makeTensor } from "./graph/node.ts";
import { type AnyTensor, isTensor, type Tensor, typeOf } from "./graph/tensor.ts";
import { dimsBeforeDtype, dtypeArgument } from "./ops/check.ts";
import { requireOwn } from "./ops/foreign.ts";
import { requireTensors, treeArgument } from "./ops/trees.ts";
import { narrowAsDType, type RestAs, restArgument } from "./rest/argument.ts";
import { captureLine } from "./sourceLine.ts";
import { leavesOf, mapLeaves } from "./tree.ts";

/** What a float32 input rests as. */
export interface PlaceholderOptions<Names extends string = string> {
  readonly rest: RestAs<Names>;
}

/**
 * A tensor that stands for an argument: dims and a dtype, and no numbers. A float32 tensor may rest
 * narrower, in half or a quarter of the memory: every op reads it as float32, so results are those of
 * the rounded numbers, under every layout.
 *
 * @throws MtfError `duplicate-dim`; `missing-dim` for scales of an int8 along a dim
 * that it lacks
 * @example
 * const image = placeholder([batch, pixel]);
 * const table = placeholder([vocab, embd], { rest: "bfloat16" });
 * const weight = placeholder([embd, hidden], { rest: { dtype: "int8", scales: [hidden] } });
 */
export function placeholder<
  const N extends readonly string[] = [],
  const D extends DType | PlaceholderOptions<N[number]> = "float32",
>(dims?: Dimensions<N>, dtype?: D): Tensor<N[number], NoInfer<D extends DType ? D : "float32">>;
export function placeholder(
  dims: readonly Dimension[] = [],
  dtype: DType | PlaceholderOptions = "float32",
  ...surplus: readonly unknown[]
): never {
  nothingBesides("placeholder", "dims and a dtype", surplus, [
    "placeholder(dims, dtype), called by its place among the inputs",
  ]);
  const own = dimsBeforeDtype("placeholder", dims);
  if (typeof dtype !== "object") {
    narrowAsDType("placeholder", "dtype", dtype, own);
    return input("", { dims: own, dtype: dtypeArgument("placeholder", "dtype", dtype) }) as never;
  }
  optionsArgument("placeholder", "dtype", dtype, ["rest"]);
  const rest = restArgument("placeholder", "dtype.rest", dtype.rest, own);
  return input("", { dims: own, dtype: "float32", rest }) as never;
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
 * @throws MtfError `missing-input` for fewer arguments than the function takes, `bad-result` where it
 * gives anything but tensors, `async-function` where it gives them later, `foreign-tensor` where they
 * are computed from another function's, and what ops throw
 * @example
 * const { graph } = trace(step, [state, image, label]);
 */
export function trace<Arguments extends readonly unknown[], Result>(
  fn: (...args: Arguments) => Result,
  args: Arguments,
): Traced<Arguments, Result> {
  return traceFor("trace", "args", fn, args);
}

/** `trace` for another public function, which errors name. */
export function traceFor<Arguments extends readonly unknown[], Result>(
  caller: string,
  argument: string,
  fn: (...args: Arguments) => Result,
  args: Arguments,
): Traced<Arguments, Result> {
  functionArgument(caller, "fn", fn);
  const takes = "an array of trees of tensors";
  arrayArgument(caller, argument, args, takes, ["[placeholder([batch, embd])]"]);
  args.forEach((tree, i) => {
    treeArgument(caller, `${argument}[${i}]`, tree);
  });
  if (args.length < fn.length) throw missingInput(caller, argument, fn.length, args.length);
  // All inputs are of the one line that traces: it is asked for once.
  const given = attributedTo({ line: captureLine(), pass: "forward" }, () =>
    mapLeaves(args, isTensor, (x, path) => input(path, typeOf(x))),
  );
  const result = fn(...(given as Arguments));
  requireTensors(caller, result);
  const [inputs, outputs] = [tracedLeaves(given), tracedLeaves(result)];
  const graph = {
    inputs: inputs.map((leaf) => leaf.tensor),
    outputs: outputs.map((leaf) => leaf.tensor),
  };
  requireOwn(caller, graph.inputs, graph.outputs);
  return { graph, inputs, outputs, arguments: given as Arguments, result };
}

function missingInput(fn: string, argument: string, takes: number, given: number): MtfError {
  const [them, are] = given === 1 ? ["input", "is"] : ["inputs", "are"];
  return new MtfError(
    "missing-input",
    `${fn}: the function takes ${takes} arguments, and ${given} ${them} ${are} given.`,
    {
      function: fn,
      argument,
      evidence: [["at", captureLine()]],
      try: [`${argument} with a placeholder for each, or undefined for one that may be left out`],
    },
  );
}

const tracedLeaves = (tree: unknown): readonly TracedLeaf[] =>
  leavesOf(tree, isTensor).map(([path, tensor]) => ({ path, tensor }));

function input(path: string, type: Typed): AnyTensor {
  return makeTensor("input", { path }, [], type);
}
