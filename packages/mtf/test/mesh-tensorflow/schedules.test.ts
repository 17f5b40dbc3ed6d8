import { describe, expect, it } from "vitest";
import { evaluate } from "../../src/backend/reference/evaluate.ts";
import type { AnyTensor } from "../../src/graph/tensor.ts";
import {
  constantRate,
  inverseSquareRoot,
  linearDecay,
  linearWarmup,
  productRate,
  type Schedule,
  slantedTriangular,
} from "../../src/index.ts";
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

const { cases } = fixture<{ readonly cases: readonly Case[] }>("schedules.json");

/** A number of steps, or where it is at most 1 a part of them all. */
const stepsOf = (given: number, total: number) => (given <= 1 ? given * total : given);

type Rate = (step: number) => number;

/** Our schedule for one of the original's: its decay begins so long before the end of training. */
function scheduleOf(name: string, params: Params, total: number): Schedule {
  const { warmup_steps: warmup, offset = 0 } = params;
  const decay = (part: number) =>
    linearDecay({ begin: total - stepsOf(part, total - offset), end: total });
  switch (name) {
    case "constant":
      return constantRate(params.value ?? 1);
    case "constant_learning_rate":
      return constantRate(params.learning_rate!);
    case "linear_warmup":
      return linearWarmup(stepsOf(params.steps_or_fraction ?? 10_000, total));
    case "linear_decay":
      return decay(params.steps_or_fraction ?? 0.1);
    case "linear_decay_learning_rate":
      return productRate(params.initial_lr ?? 0.1, linearDecay({ begin: offset, end: total }));
    case "truncated_rsqrt":
      return inverseSquareRoot({ warmup });
    case "learning_rate_schedule_noam": {
      const { linear_decay_fraction: part = 0.1, multiplier = 1 } = params;
      const slow = inverseSquareRoot({ warmup, begin: offset });
      return productRate(multiplier, slow, part > 0 ? decay(part) : 1);
    }
    case "slanted_triangular": {
      const { start_step: begin = 0, max_learning_rate: rate = 0.01, ratio } = params;
      return slantedTriangular({
        rate,
        begin,
        end: begin + total,
        cut: params.cut_fraction,
        ratio,
      });
    }
    default:
      throw new Error(`there is no schedule ${name}`);
  }
}

/** The schedule of a case, and the highest rate it has. */
function given({ schedule, params, total_train_steps: total }: Case): Schedule {
  if (!params.factors) return scheduleOf(schedule, params, total);
  const offset = params.offset ?? 0;
  return productRate(
    ...params.factors.map((factor) =>
      typeof factor === "number" ? factor : scheduleOf(factor[0], factor[1], total - offset),
    ),
  );
}

/** The schedule on a scalar of a program. */
function asProgram(schedule: Schedule): Rate {
  const inputs = [placeholder([], "int32") as unknown as AnyTensor];
  const { graph } = trace((step: AnyTensor) => schedule(step as never), inputs as [AnyTensor]);
  return (step) => evaluate(graph, [[step]])[0]![0]!;
}

describe("Mesh-TensorFlow's schedules", () => {
  it.each(cases)("$name", (of) => {
    const schedule = given(of);
    const shift = of.params.factors ? (of.params.offset ?? 0) : 0;
    const largest = Math.max(...of.values);
    of.steps.forEach((step, i) => {
      // The original goes on below 0 past the end of a decay; ours ends at its floor.
      const wanted = Math.max(0, of.values[i]!);
      for (const rate of [schedule as Rate, asProgram(schedule)]) {
        // It was computed in float32, from a difference of steps divided by their number.
        expect(Math.abs(rate(step - shift) - wanted)).toBeLessThanOrEqual(largest * 2 ** -22);
      }
    });
  });
});
