import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/backend/reference/evaluate.ts";
import type { AnyTensor } from "../../src/graph/tensor.ts";
import { constantRate, linearDecay, linearWarmup, type Schedule } from "../../src/index.ts";
import { placeholder, trace } from "../../src/trace.ts";
import { fixture } from "./fixture.ts";

type Params = Readonly<Record<string, number>>;

interface Case {
  readonly name: string;
  readonly schedule: string;
  readonly params: Params & {
    readonly factors?: readonly (number | readonly [string, Params])[];
  };
  readonly total_train_steps: number;
  readonly steps: readonly number[];
  readonly values: readonly number[];
}

const { cases, left_out } = fixture<{
  readonly cases: readonly Case[];
  readonly left_out: Readonly<Record<string, number>>;
}>("schedules.json");

/** A number of steps, or where it is at most 1 a part of them all. */
const stepsOf = (given: number, total: number) => (given <= 1 ? given * total : given);

type Rate = (step: number) => number;

/** Our schedule for one of the original's: its decay begins so long before the end of training. */
function scheduleOf(name: string, params: Params, total: number): Schedule {
  switch (name) {
    case "constant":
      return constantRate(params.value ?? 1);
    case "constant_learning_rate":
      return constantRate(params.learning_rate!);
    case "linear_warmup":
      return linearWarmup(stepsOf(params.steps_or_fraction ?? 10_000, total));
    case "linear_decay":
      return linearDecay({
        begin: total - stepsOf(params.steps_or_fraction ?? 0.1, total),
        end: total,
      });
    case "linear_decay_learning_rate":
      return linearDecay({ begin: params.offset ?? 0, end: total });
    default:
      throw new Error(`there is no schedule ${name}`);
  }
}

/** The factors of a schedule, and by what their product is scaled. */
function factorsOf(of: Case): { readonly factors: readonly Schedule[]; readonly scale: number } {
  const { params, total_train_steps: total } = of;
  if (!params.factors) {
    const scale = of.schedule === "linear_decay_learning_rate" ? (params.initial_lr ?? 0.1) : 1;
    return { factors: [scheduleOf(of.schedule, params, total)], scale };
  }
  const named = params.factors.filter((factor) => typeof factor !== "number");
  const numbers = params.factors.filter((factor) => typeof factor === "number");
  return {
    factors: named.map(([name, own]) => scheduleOf(name, own, total - (params.offset ?? 0))),
    scale: numbers.reduce((a, b) => a * b, 1),
  };
}

/** The schedule on a scalar of a program. */
function asProgram(schedule: Schedule): Rate {
  const inputs = [placeholder([], "int32") as unknown as AnyTensor];
  const { graph } = trace((step: AnyTensor) => schedule(step as never), inputs as [AnyTensor]);
  return (step) => evaluate(graph, [[step]])[0]![0]!;
}

describe("Mesh-TensorFlow's schedules", () => {
  it.each(cases)("$name", (of) => {
    const { factors, scale } = factorsOf(of);
    const shift = of.params.factors ? (of.params.offset ?? 0) : 0;
    of.steps.forEach((step, i) => {
      // The original goes on below 0 past the end of a decay; ours ends at its floor.
      const wanted = Math.max(0, of.values[i]!);
      for (const rates of [factors as readonly Rate[], factors.map(asProgram)]) {
        const rate = rates.reduce((product, factor) => product * factor(step - shift), scale);
        // It was computed in float32, from a difference of steps divided by their number.
        expect(Math.abs(rate - wanted)).toBeLessThanOrEqual(scale * 2 ** -22);
      }
    });
  });

  it("has the others to come", () => {
    console.log(
      `schedules that are not here: ${Object.entries(left_out)
        .map(([name, n]) => `${name} ${n}`)
        .join(", ")}`,
    );
  });
});
