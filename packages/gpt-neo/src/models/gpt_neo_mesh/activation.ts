import type { Scalar, Tensor } from "mtf";
import { type Config, isUsualActivation } from "../../config/index.ts";
import { activations } from "../activations.ts";
import { type Declared, scalar } from "../parameter.ts";
import { type LearnedName, learnedActivations } from "./learned-activations.ts";
import { type PlainName, plainActivations } from "./plain-activations.ts";

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
export function activated<A extends string>(
  { activation_function: name }: Config,
  numbers: LearnedNumbers,
  x: Tensor<A | "ff">,
): Tensor<A | "ff"> {
  if (isUsualActivation(name)) return activations[name](x);
  if (!isLearned(name)) return plainActivations[name as PlainName](x);
  const { begin, of } = learnedActivations[name];
  return of(
    x,
    begin.map((_, i) => numbers[`learned${i}` as keyof LearnedNumbers]!),
  );
}

function isLearned(name: string): name is LearnedName {
  return Object.hasOwn(learnedActivations, name);
}
