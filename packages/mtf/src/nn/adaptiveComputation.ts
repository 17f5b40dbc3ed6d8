import { functionArgument, numberArgument, optionsArgument } from "../arguments.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { misuse, tensorArgument } from "../ops/check.ts";
import { constant, zerosLike } from "../ops/constant/constant.ts";
import { apply } from "../ops/elementwise/apply.ts";
import { max } from "../ops/reduce/reduce.ts";
import { whileLoop } from "../ops/region/whileLoop.ts";

/** How long positions are computed on. */
export interface AdaptiveComputationOptions {
  /** The most rounds. */
  readonly most: number;
  /** A position halts when the sum of its probabilities comes so near to 1. Default 0.01. */
  readonly epsilon?: number | undefined;
  /** Whether the result is the sum of states by their weights. By default each goes into what was before. */
  readonly summed?: boolean | undefined;
}

/** What adaptive computation gives. */
export interface AdaptiveComputation<A extends string, P extends string> {
  /** The states of all rounds, each as much as its position halted there. */
  readonly output: Tensor<A>;
  /** How many rounds each position was computed for: its mean may be made a loss. */
  readonly rounds: Tensor<P>;
  /** What was left to 1 where a position halted. */
  readonly remainder: Tensor<P>;
}

/**
 * The same layers over and over, for each position until it halts (Graves, 2016), as the Universal
 * Transformer does (Dehghani and others, 2019). Before each round `halts` gives the chance that a position
 * ends with it. A position that has not halted after all rounds keeps what it has. No round is run once
 * all have halted.
 *
 * @param x the first state, such as [batch, length, embd]
 * @param halts from a state to probabilities, such as [batch, length]
 * @param round from a state and the number of rounds before, an int32 scalar, to the next state
 * @throws MtfError `bad-argument`, `bad-result` unless each state is like the one before
 * @example
 * const halts = (state: typeof x) => sigmoid(mean(state, "embd"));
 * const { output, rounds } = adaptiveComputation(x, halts, (state) => tanh(state), { most: 6 });
 */
export function adaptiveComputation<A extends string, P extends A>(
  x: Tensor<A>,
  halts: (state: Tensor<A>) => Tensor<P>,
  round: (state: Tensor<A>, index: Tensor<never, "int32">) => Tensor<A>,
  options: AdaptiveComputationOptions,
): AdaptiveComputation<A, P> {
  const op = "adaptiveComputation";
  const first = tensorArgument(op, "x", x, ["float32"]);
  functionArgument(op, "halts", halts);
  functionArgument(op, "round", round);
  optionsArgument(op, "options", options, ["most", "epsilon", "summed"]);
  const { most, epsilon = 0.01, summed = false } = options;
  numberArgument(op, "options.epsilon", epsilon);
  if (!(epsilon >= 0 && epsilon < 1)) {
    throw misuse("bad-argument", `${op}: epsilon ${epsilon} is not from 0 on and below 1.`, {
      x: first,
    });
  }
  const chance = halts(x) as AnyTensor;
  const beginning = {
    state: first,
    index: constant(0, [], "int32") as unknown as AnyTensor,
    running: apply("add", zerosLike(chance), 1),
    halted: zerosLike(chance),
    remainder: zerosLike(chance),
    rounds: zerosLike(chance),
    output: zerosLike(first),
  };
  type Carried = typeof beginning;
  const body = (given: Carried): Carried => {
    const { state, index, running, halted, remainder, rounds, output } = given;
    const p = halts(state as Tensor<A>) as AnyTensor;
    const isOver = apply("greater", apply("add", halted, p), 1 - epsilon);
    const ending = apply("where", isOver, running, 0);
    const going = apply("sub", running, ending);
    const rest = apply("mul", ending, apply("sub", 1, halted));
    const weight = apply("add", apply("mul", p, going), rest);
    const next = round(state as Tensor<A>, index as never) as AnyTensor;
    const kept = summed ? output : apply("mul", output, apply("sub", 1, weight));
    return {
      state: next,
      index: apply("add", index, 1),
      running: going,
      halted: apply("add", halted, weight),
      remainder: apply("add", remainder, rest),
      rounds: apply("add", rounds, running),
      output: apply("add", apply("mul", next, weight), kept),
    };
  };
  const goes = ({ running }: Carried) =>
    apply("greater", max(running as Tensor<string>) as unknown as AnyTensor, 0);
  const last = whileLoop(goes as never, body as never, beginning as never, {
    atMost: most,
  }) as Carried;
  const { output, rounds, remainder } = last;
  return { output, rounds, remainder } as never;
}
