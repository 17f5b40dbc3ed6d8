import { expect, it } from "vitest";
import * as mtf from "../index.ts";
import * as layers from "../nn.ts";
import { close, dims, drawn, given } from "./testing/given.ts";

// biome-ignore lint/suspicious/noExplicitAny: these are about numbers, the compiler is asked elsewhere
const [m, nn]: any[] = [mtf, layers];
type Ten = mtf.AnyTensor;

const { length, embd } = dims;
const most = 5;

const halts = (state: Ten) => m.sigmoid(m.sum(state, "embd"));
const round = (state: Ten, index: Ten) =>
  m.add(m.mul(state, 0.9), m.mul(m.cast(index, "float32"), 0.3));

/** One position after the other, by the equations. */
function byHand(x: readonly number[], summed: boolean) {
  const all = Array.from({ length: length.size }, (_, at) => {
    let state = x.slice(3 * at, 3 * at + 3);
    let [halted, remainder, rounds, running] = [0, 0, 0, true];
    let output = [0, 0, 0];
    for (let i = 0; i < most && running; i++) {
      const p = 1 / (1 + Math.exp(-state.reduce((a, b) => a + b)));
      const ends = halted + p > 0.99;
      const weight = ends ? 1 - halted : p;
      if (ends) [remainder, running] = [weight, false];
      halted += weight;
      rounds++;
      state = state.map((y) => 0.9 * y + 0.3 * i);
      output = output.map((y, j) => weight * state[j]! + (summed ? y : (1 - weight) * y));
    }
    return { output, rounds, remainder };
  });
  return all;
}

it.each([false, true])("each position halts by itself, summed: %s", async (summed) => {
  const [x, numbers] = drawn(length, embd);
  const run = (what: string) => (y: Ten) =>
    nn.adaptiveComputation(y, halts, round, { most, summed })[what];
  const wanted = byHand(numbers, summed);
  for (const [what, expected] of [
    ["output", wanted.flatMap((one) => one.output)],
    ["rounds", wanted.map((one) => one.rounds)],
    ["remainder", wanted.map((one) => one.remainder)],
  ] as const) {
    close(await given(run(what) as never, [[x, numbers]]), expected);
  }
  expect(new Set(wanted.map((one) => one.rounds)).size).toBeGreaterThan(1);
});

it("has a gradient, and no rounds once all have halted", async () => {
  const [x, numbers] = drawn(length, embd);
  const loss = (y: Ten) =>
    m.sum(m.square(nn.adaptiveComputation(y, halts, round, { most }).output));
  const slope = await given(((y: Ten) => m.grad(loss)(y)) as never, [[x, numbers]]);
  const step = 1e-3;
  for (const at of [0, 7, 20]) {
    const moved = [step, -step].map((d) => numbers.map((y, i) => (i === at ? y + d : y)));
    const [up, down] = await Promise.all(moved.map((n) => given(loss as never, [[x, n]])));
    expect((up![0]! - down![0]!) / (2 * step)).toBeCloseTo(slope[at]!, 2);
  }
  const counted = (y: Ten) => {
    const sure = (state: Ten) => m.add(m.mul(m.sum(state, "embd"), 0), 1);
    return nn.adaptiveComputation(y, sure, round, { most: 50 }).rounds;
  };
  close(await given(counted as never, [[x, numbers]]), Array(length.size).fill(1));
});

it("refuses an epsilon that nobody could halt by", () => {
  const x = mtf.placeholder([length, embd]);
  const run = (epsilon: number) => nn.adaptiveComputation(x, halts, round, { most, epsilon });
  expect(() => run(1)).toThrow("epsilon 1 is not from 0 on and below 1");
});
