import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compute } from "../../test/numeric.ts";
import { dimension } from "../dimension.ts";
import type { AnyTensor, Tensor } from "../graph/tensor.ts";
import { adamState, adamw, placeholder, sgd } from "../index.ts";

interface Case {
  readonly name: string;
  readonly hyperparameters: Readonly<Record<string, number | readonly string[]>>;
  readonly dims: readonly (readonly [string, number])[];
  readonly initial: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly values_after_step: readonly (readonly number[])[];
}

const file = new URL("../../test/fixtures/mesh-tensorflow/optimizers.json", import.meta.url);
const { cases }: { cases: readonly Case[] } = JSON.parse(readFileSync(file, "utf8"));

type Step = (x: Tensor<string>, gradients: readonly Tensor<string>[]) => Tensor<string>[];

function stepsOf({ name, hyperparameters: h }: Case): Step {
  const number = (key: string, otherwise: number) => (h[key] as number | undefined) ?? otherwise;
  const rate = number("learning_rate", 0);
  if (name.startsWith("sgd")) {
    return (x, gradients) => {
      let now = x;
      return gradients.map((g) => {
        now = sgd(now, g, { rate });
        return now;
      });
    };
  }
  const excluded = "exclude_from_weight_decay" in h;
  const options = {
    rate,
    beta1: number("beta_1", 0.9),
    beta2: number("beta_2", 0.999),
    epsilon: number("epsilon", 1e-6),
    decay: number("weight_decay_rate", 0),
    decays: () => !excluded,
    biasCorrection: false,
  };
  return (x, gradients) => {
    let state = adamState(x);
    return gradients.map((g) => {
      state = adamw(state, g, options);
      return state.params;
    });
  };
}

describe("mesh-tensorflow's optimizers", () => {
  it.each(cases)("$name", (of) => {
    const dims = of.dims.map(([name, size]) => dimension(name, size));
    const inputs = [of.initial, ...of.gradients].map(() => placeholder(dims) as AnyTensor);
    const fn = (x: AnyTensor, ...gradients: AnyTensor[]) =>
      stepsOf(of)(x as never, gradients as never);
    const found = compute(fn as never, inputs, [of.initial, ...of.gradients]);
    of.values_after_step.forEach((wanted, step) => {
      wanted.forEach((x, i) => {
        // They were computed in float32, whose rounding adds up over the steps.
        expect(Math.abs(found[step]![i]! - x)).toBeLessThan(
          (step + 1) * 2 ** -22 * Math.max(1, Math.abs(x)),
        );
      });
    });
  });
});
