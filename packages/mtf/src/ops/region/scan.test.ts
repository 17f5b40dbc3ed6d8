import { describe, expect, it } from "vitest";
import { compute, numbers } from "../../../test/numeric.ts";
import { dimension } from "../../dimension.ts";
import type { AnyTensor, Tensor } from "../../graph/tensor.ts";
import {
  add,
  cast,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  lower,
  memoryPlan,
  mul,
  placeholder,
  rename,
  scan,
  sigmoid,
  slice,
  sub,
  sum,
  tanh,
  valueAndGrad,
  zeros,
} from "../../index.ts";
import type { Instruction, Program } from "../../program/program.ts";

const { time, batch, embd } = defineDims({ time: 5, batch: 2, embd: 3 });
type Fn = (...xs: AnyTensor[]) => AnyTensor[];
const state = zeros([batch, embd]);
type State = Tensor<"batch" | "embd">;

/** A gated recurrent unit without biases. */
function gru(params: Params, h: State, x: State): State {
  const of = (y: State, w: Tensor<"embd" | "next">) =>
    rename(einsum(y, w, "batch", "next"), "next", "embd") as State;
  const gate = (i: 0 | 1) => sigmoid(add(of(x, params.inputs[i]), of(h, params.hidden[i])));
  const [update, reset] = [gate(0), gate(1)];
  const candidate = tanh(add(of(x, params.inputs[2]), of(mul(reset, h), params.hidden[2])));
  return add(h, mul(update, sub(candidate, h)));
}
const weight = () => placeholder([embd, dimension("next", 3)]);
const three = () => [weight(), weight(), weight()] as const;
interface Params {
  readonly inputs: ReturnType<typeof three>;
  readonly hidden: ReturnType<typeof three>;
}
const params: Params = { inputs: three(), hidden: three() };

function trained(size: number, rules: { batch?: "x"; embd?: "x"; next?: "x" } = {}): Program {
  const steps = dimension("time", size);
  const loss = (p: Params, xs: Tensor<"time" | "batch" | "embd">) => {
    const [last, all] = scan(
      steps,
      (h: State, x: State) => {
        const next = gru(p, h, x);
        return [next, next] as const;
      },
      state,
      xs,
    );
    return add(sum(last), sum(all));
  };
  const layout = defineLayout({
    dims: { batch, embd, next: dimension("next", 3) },
    mesh: defineMesh({ x: 2 }),
    rules,
  });
  const inputs = [params, placeholder([steps, batch, embd])] as const;
  return lower(valueAndGrad(loss) as never, { layout, inputs: inputs as never }).program;
}

function count(instructions: readonly Instruction[]): number {
  return instructions.reduce((n, i) => n + 1 + (i.kind === "region" ? count(i.body) : 0), 0);
}

describe("scan", () => {
  it("gives values and gradients of the steps written out", () => {
    const xs = placeholder([time, batch, embd]);
    const w = placeholder([embd]);
    const step = (h: State, x: State, weight: typeof w) => tanh(add(mul(h, weight), x)) as State;
    const scanned = (all: typeof xs, weight: typeof w) => {
      const [last, each] = scan(
        time,
        (h: State, x: State) => {
          const next = step(h, x, weight);
          return [next, mul(next, h)] as const;
        },
        state,
        all,
      );
      return add(sum(last), sum(mul(each, each)));
    };
    const written = (all: typeof xs, weight: typeof w) => {
      let h = state as State;
      let total = sum(mul(h, 0));
      for (let i = 0; i < time.size; i++) {
        const x = sum(slice(all, "time", i, i + 1), "time") as State;
        const next = step(h, x, weight);
        const each = mul(next, h);
        total = add(total, sum(mul(each, each)));
        h = next;
      }
      return add(total, sum(h));
    };
    const both = [scanned, written].map((fn) => {
      const loss = valueAndGrad(([all, weight]: readonly [typeof xs, typeof w]) => fn(all, weight));
      const flat = (all: typeof xs, weight: typeof w) => {
        const [value, [dx, dw]] = loss([all, weight]);
        return [value, dx, dw];
      };
      return compute(flat as never as Fn, [xs, w] as never, [numbers(30, 1), numbers(3, 2)]);
    });
    both[0]!.forEach((array, i) => {
      array.forEach((n, j) => void expect(n).toBeCloseTo(both[1]![i]![j]!, 12));
    });
  });

  it("goes by its index alone, and swaps what it carries", () => {
    const fn = () => {
      const [last, ys] = scan(
        time,
        ([a, b], _, index) => [[b, add(a, index)] as const, index] as const,
        [cast(sum(zeros([])), "int32"), cast(sum(zeros([])), "int32")] as const,
        [] as const,
      );
      return [...last, ys];
    };
    // (0, 0) (0, 0) (0, 1) (1, 2) (2, 4) (4, 6)
    const numbersOf = compute(fn as never as Fn, [], []).map((array) => [...array]);
    expect(numbersOf).toEqual([[4], [6], [0, 1, 2, 3, 4]]);
  });

  it("is as long a program for 1,024 steps as for 2, and needs no memory for what nobody reads", () => {
    const [few, many] = [trained(2), trained(1024)];
    expect(count(many.instructions)).toBe(count(few.instructions));
    expect(many.values.length).toBe(few.values.length);
    const carry = 4 * 2 * 3;
    // The inputs, their carries and cotangents, and those of what comes of each step.
    const grown = memoryPlan(many).peakBytes - memoryPlan(few).peakBytes;
    expect(grown).toBeLessThanOrEqual(1022 * 5 * carry);
  });

  it("carries with one placement, which the rules decide", () => {
    for (const rules of [{ batch: "x" }, { embd: "x" }, { next: "x" }] as const) {
      const program = trained(3, rules);
      const regions = program.instructions.filter((i) => i.kind === "region");
      expect(regions.map((r) => r.rounds)).toMatchObject([{ reverse: false }, { reverse: true }]);
      for (const { carried } of regions) {
        for (const { initial, inner, next, result } of carried) {
          const places = [initial, inner, next, result].map((v) => program.values[v]!.placement);
          expect(new Set(places.map((p) => JSON.stringify(p))).size).toBe(1);
        }
      }
    }
  });
});
