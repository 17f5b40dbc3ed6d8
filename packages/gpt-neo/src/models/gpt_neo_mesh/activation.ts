import { logSoftmax, type Scalar, softmax, type Tensor } from "mtf";
import type { Activation } from "mtf/nn";
import {
  type Config,
  type ElementwiseName,
  isUsualActivation,
  type LearnedName,
  type RowwiseName,
  type UsualActivation,
} from "../../config/index.ts";
import { activations } from "../activations.ts";
import { type Declared, scalar } from "../parameter.ts";
import { elementwise } from "./elementwise.ts";
import { learnedActivations } from "./learned-activations.ts";

/** The numbers that some activations learn, in the order of `learnedActivations`. */
export type LearnedNumbers = {
  readonly [Name in `learned${0 | 1 | 2 | 3 | 4 | 5}`]?: Scalar;
};

/** The numbers that a layer's activation learns, if it does. */
export function activationParameters(
  { activation_function: name }: Config,
  layer: string,
): Declared<LearnedNumbers> {
  if (!isLearned(name)) return {};
  const numbers = learnedActivations[name].begin.map((begin, i) => {
    return [`learned${i}`, scalar(`${layer}.activation.${i}`, begin)] as const;
  });
  return Object.fromEntries(numbers);
}

/** The config's activation of what is inside a feed-forward layer. */
export function activated(
  { activation_function: name }: Config,
  numbers: LearnedNumbers,
  x: Inner,
): Inner {
  if (isLearned(name)) {
    const { begin, of } = learnedActivations[name];
    const own = begin.map((_, i) => numbers[`learned${i}` as keyof LearnedNumbers]!);
    return of(x, own);
  }
  return isRowwise(name) ? rowwise[name](x) : activationOf(name)(x);
}

type Inner = Tensor<"batch" | "length" | "ff">;

/** A function of each element. */
export function activationOf(name: UsualActivation | ElementwiseName): Activation {
  return isUsualActivation(name) ? activations[name] : elementwise[name];
}

const rowwise: { readonly [Name in RowwiseName]: (x: Inner) => Inner } = {
  softmax: (x) => softmax(x, "ff"),
  logsoftmax: (x) => logSoftmax(x, "ff"),
};

function isRowwise(name: string): name is RowwiseName {
  return Object.hasOwn(rowwise, name);
}

function isLearned(name: string): name is LearnedName {
  return Object.hasOwn(learnedActivations, name);
}
