import { numberArgument, wrongArgument } from "../arguments.ts";
import type { DType } from "../dtype.ts";
import { attributedTo } from "../graph/node.ts";
import { type AnyTensor, isTensor, type Scalar, typeOf } from "../graph/tensor.ts";
import { misuse, tensorArgument } from "../ops/check.ts";
import { filled } from "../ops/constant/constant.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { treeArgument } from "../ops/trees.ts";
import { restDType } from "../rest/rest.ts";
import { captureLine } from "../sourceLine.ts";
import { leavesOf } from "../tree.ts";
import type { Schedule } from "./formula.ts";

/** How fast to learn: a number, a number of the program's, or a function of the step. */
export type Rate = number | Scalar | Schedule;

/** Runs `make` with its nodes counted as part of the update. */
export function updating<R>(make: () => R): R {
  return attributedTo({ line: captureLine(), pass: "update" }, make);
}

/** A learning rate at a step as a scalar of the program. */
export function rateAt(fn: string, rate: Rate, step: AnyTensor | undefined): AnyTensor {
  const argument = "options.rate";
  if (typeof rate === "number") return filled(numberArgument(fn, argument, rate), [], "float32");
  if (isTensor(rate)) return scalarArgument(fn, argument, rate, "float32");
  const takes = step ? "a number, a scalar or a schedule" : "a number or a scalar";
  if (typeof rate !== "function" || !step) throw wrongArgument(fn, argument, takes, rate);
  return scalarArgument(fn, argument, (rate as Schedule)(step as never), "float32");
}

/** A gate given among the options of an update. */
export function gateOf(fn: string, gate: Scalar<"bool"> | undefined): AnyTensor | undefined {
  return gate === undefined ? undefined : scalarArgument(fn, "options.gate", gate, "bool");
}

/** A tree of parameters, gradients or a part of an optimizer's state: all of them floats. */
export function floatTree(fn: string, argument: string, tree: unknown): void {
  treeArgument(fn, argument, tree);
  const leaves = leavesOf(tree, isTensor);
  if (leaves.length === 0) {
    throw wrongArgument(fn, argument, "a tensor, or an array or object of them", tree);
  }
  for (const [path, x] of leaves) {
    const name = path === "" ? argument : `${argument}/${path}`;
    requireMaster(fn, name, tensorArgument(fn, name, x, ["float32"]));
  }
}

/** What is updated adds up small steps, which narrow numbers would round away. */
function requireMaster(fn: string, argument: string, x: AnyTensor): void {
  const { rest } = typeOf(x);
  if (rest === undefined) return;
  const sentence = `${fn}: '${argument}' rests as ${restDType(rest)}, and an update needs float32.`;
  const advice = [
    "placeholder(dims) in the state, a float32 master that is updated",
    "a copy that rests narrow as another argument, for what only reads it",
  ];
  throw misuse("dtype-mismatch", sentence, { given: x }, advice, { function: fn, argument, rest });
}

/** One number of the program. */
export function scalarArgument(fn: string, argument: string, x: unknown, dtype: DType): AnyTensor {
  const tensor = tensorArgument(fn, argument, x, [dtype]);
  if (tensor.names.length === 0) return tensor;
  throw misuse("not-a-scalar", `${fn}: '${argument}' has dims.`, { given: tensor }, [], {
    function: fn,
    argument,
  });
}

/** `next` where the gate is open or absent, else `now`. */
export function gated(gate: AnyTensor | undefined, next: AnyTensor, now: AnyTensor): AnyTensor {
  return gate ? apply("where", gate, next, now) : next;
}
