import {
  countArgument,
  functionArgument,
  optionsArgument,
  wrongArgument,
} from "../../arguments.ts";
import { type Dimension, dimension } from "../../dimension.ts";
import { nextOrder } from "../../graph/node.ts";
import { type AnyTensor, isTensor, type Scalar } from "../../graph/tensor.ts";
import { withLeaves } from "../../tree.ts";
import { hasDim } from "../check.ts";
import { filled } from "../constant/constant.ts";
import { apply } from "../elementwise/apply.ts";
import { requireOwn } from "../foreign.ts";
import { requireTensors, tensorsOf, treeArgument } from "../trees.ts";
import { alikeLeaves } from "./alike.ts";
import { predicateArgument } from "./predicate.ts";
import { asTheyAre, type Carrying, makeRegion, nothing, outerTensors, standIn } from "./region.ts";

export interface WhileLoopOptions {
  /** The most rounds there can be. The loop then has a gradient, and memory for so many states. */
  readonly atMost?: number | undefined;
}

/**
 * Hands a state, a tree of tensors, from round to round as long as a condition on it holds, which is
 * asked before each round: none is run where it does not hold at first. `body` gives the next state,
 * with the same dims and dtypes. What both functions close over is given whole.
 *
 * The state lies alike on the devices in all rounds, and all devices know the condition. Where it
 * always holds, workers go round until they are closed, and the simulator for good. With
 * `atMost`, the loop ends after so many rounds at the latest, and has a gradient: it keeps the states
 * of all rounds and computes the rest of each again.
 *
 * @returns the state for which the condition did not hold, or that of the last round
 * @throws MtfError `not-a-tensor`, `not-a-scalar` or `dtype-mismatch` unless the condition gives a
 * bool scalar, `bad-argument` for a state without tensors, `bad-result` unless `body` gives a tree like
 * the state, `async-function`, `foreign-tensor`; its gradient throws `no-gradient` without `atMost`
 * @example
 * const halved = whileLoop(
 *   (value) => greater(max(value), 1),
 *   (value) => mul(value, 0.5),
 *   x,
 *   { atMost: 20 },
 * );
 */
export function whileLoop<S>(
  condition: (state: S) => Scalar<"bool">,
  body: (state: S) => NoInfer<S>,
  initial: S,
  options: WhileLoopOptions = {},
): S {
  functionArgument("whileLoop", "condition", condition);
  functionArgument("whileLoop", "body", body);
  treeArgument("whileLoop", "initial", initial);
  optionsArgument("whileLoop", "options", options, ["atMost"]);
  const { atMost } = options;
  if (atMost !== undefined) countArgument("whileLoop", "options.atMost", atMost, 1);
  const first = tensorsOf(initial);
  if (first.length === 0) {
    const takes = "a tensor, or an array or object of them";
    throw wrongArgument("whileLoop", "initial", takes, initial);
  }
  const zero = atMost === undefined ? undefined : filled(0, [], "int32");
  const begin = nextOrder();
  const states = first.map(standIn);
  const state = withLeaves(initial, isTensor, states) as S;
  const holds = predicateArgument("whileLoop", "condition", condition(state));
  const next = body(state);
  requireTensors("whileLoop", next);
  const given = alikeLeaves(initial, next, {
    op: "whileLoop",
    given: "the next state",
    like: "the one before",
    advice: "a next state with the dims and dtypes of 'initial'",
  });
  requireOwn("whileLoop", states, [...given, holds], begin);
  const carried = first.map((outer, i) => ({ outer, inner: states[i]!, next: given[i]! }));
  const most = atMost === undefined ? undefined : roundsOf(atMost, first);
  const results = makeRegion(
    { kind: "while", condition: holds, most },
    {
      ...nothing,
      carried: zero ? [...carried, countedFrom(zero, first.length)] : carried,
      constant: asTheyAre(outerTensors([...given, holds], begin).outer),
    },
  );
  return withLeaves(initial, isTensor, results.slice(0, first.length)) as S;
}

/** Counts the rounds, so that the gradient goes back through as many. */
function countedFrom(zero: AnyTensor, position: number): Carrying {
  const inner = standIn(zero, position);
  return { outer: zero, inner, next: apply("add", inner, 1) };
}

/** A dim for the rounds, by a name that no state has. */
function roundsOf(atMost: number, states: readonly AnyTensor[]): Dimension {
  let name = "rounds";
  while (states.some((x) => hasDim(x, name))) name += "_";
  return dimension(name, atMost);
}
