import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { compute } from "../../test/numeric.ts";
import { dimension } from "../dimension.ts";
import { type AnyTensor, isTensor, type Tensor } from "../graph/tensor.ts";
import {
  type AdafactorOptions,
  adafactor,
  adafactorState,
  adamState,
  adamw,
  leavesOf,
  placeholder,
  type Schedule,
  sgd,
} from "../index.ts";
import { formula, plus, power, times } from "./formula.ts";

interface Case {
  readonly name: string;
  readonly hyperparameters: Readonly<
    Record<string, number | boolean | string | null | readonly string[]>
  >;
  readonly dims: readonly (readonly [string, number])[];
  readonly initial: readonly number[];
  readonly gradients: readonly (readonly number[])[];
  readonly values_after_step: readonly (readonly number[])[];
  readonly slots_after_step?: readonly Readonly<Record<string, readonly number[]>>[];
}

const file = new URL("../../test/fixtures/mesh-tensorflow/optimizers.json", import.meta.url);
const { cases }: { cases: readonly Case[] } = JSON.parse(readFileSync(file, "utf8"));

/** The parameter after each step, and then whatever the optimizer keeps, in the order of the slots. */
type Step = (x: Tensor<string>, gradients: readonly Tensor<string>[]) => AnyTensor[];

function stepsOf({ name, hyperparameters: h }: Case): Step {
  if (name.startsWith("adafactor")) return adafactorSteps(h);
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

// Its formulas of the step, as the cases write them.
const power08 = formula((t) => plus(times(power(plus(t, 1), -0.8), -1), 1));
const power05 = formula((t) => plus(times(power(plus(t, 1), -0.5), -1), 1));

const decayRates: Readonly<Record<string, Schedule>> = {
  "1-(t+1)^-0.8, t=0..4": power08,
  "1-(t+1)^-0.8": power08,
  "1-(t+1)^-0.5": power05,
  // It loses digits in float32, as the original did.
  "adam beta2=0.99: b*(1-b^(t))/(1-b^(t+1)), t=0..4": ((t: number) => {
    const lost = (power: number) => Math.fround(1 - Math.fround(Math.fround(0.99) ** power));
    return (0.99 * lost(t)) / lost(t + 1);
  }) as Schedule,
};

function adafactorSteps(h: Case["hyperparameters"]): Step {
  const usual = typeof h.learning_rate === "string";
  const excluded = "exclude_from_parameter_scale" in h || h.multiply_by_parameter_scale === false;
  const written = h.decay_rate;
  const options = (step: number): AdafactorOptions => ({
    ...(!usual && { rate: h.learning_rate as number }),
    decayRate:
      typeof written === "number"
        ? written
        : written === "1-(t+1)^-0.8"
          ? undefined
          : String(written).startsWith("adam")
            ? decayRates[written as string]!(step)
            : decayRates[written as string]!,
    beta1: h.beta1 as number | undefined,
    scales: () => !excluded,
    clippingThreshold: h.clipping_threshold === null ? Infinity : (h.clipping_threshold as number),
    epsilon: h.epsilon1 as number | undefined,
    leastScale: h.epsilon2 as number | undefined,
    stacked: h.stacked_dim_names as readonly string[] | undefined,
  });
  return (x, gradients) => {
    let state = adafactorState(x, {
      minDimSizeToFactor: h.min_dim_size_to_factor as number,
      factored: h.factored as boolean | undefined,
      stacked: h.stacked_dim_names as readonly string[] | undefined,
      momentum: h.beta1 !== undefined,
    });
    const kept: AnyTensor[] = [];
    const values = gradients.map((g, step) => {
      state = adafactor(state, g, options(step));
      kept.push(...leavesOf([state.squares, state.mean], isTensor).map(([, slot]) => slot));
      return state.params;
    });
    return [...values, ...kept];
  };
}

describe("mesh-tensorflow's optimizers", () => {
  it.each(cases)("$name", (of) => {
    const dims = of.dims.map(([name, size]) => dimension(name, size));
    const inputs = [of.initial, ...of.gradients].map(() => placeholder(dims) as AnyTensor);
    const fn = (x: AnyTensor, ...gradients: AnyTensor[]) =>
      stepsOf(of)(x as never, gradients as never);
    const found = compute(fn as never, inputs, [of.initial, ...of.gradients]);
    const slots = (of.slots_after_step ?? []).map((slots) => Object.values(slots));
    const wanted = [...of.values_after_step, ...slots.flat()];
    expect(found.length).toBe(wanted.length);
    const [steps, each] = [of.gradients.length, slots[0]?.length ?? 1];
    wanted.forEach((values, i) => {
      const step = i < steps ? i : Math.floor((i - steps) / each);
      values.forEach((x, j) => {
        // They were computed in float32, whose rounding adds up over the steps.
        expect(Math.abs(found[i]![j]! - x)).toBeLessThan(
          (step + 1) * 2 ** -22 * Math.max(1, Math.abs(x)),
        );
      });
    });
  });
});
