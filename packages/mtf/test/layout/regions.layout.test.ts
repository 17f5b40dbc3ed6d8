import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { evaluate } from "../../src/backend/reference/evaluate.ts";
import { referenceBackend } from "../../src/backend/reference/index.ts";
import { elements } from "../../src/dimension.ts";
import type { AnyTensor } from "../../src/graph/tensor.ts";
import { dimsOf } from "../../src/graph/tensor.ts";
import {
  defineLayout,
  defineMesh,
  dimension,
  ledger,
  memoryPlan,
  parseRules,
} from "../../src/index.ts";
import { lower } from "../../src/partition/lower.ts";
import type { Devices, Sharded } from "../../src/runtime/devices.ts";
import { readFloat64 } from "../../src/runtime/sharded.ts";
import { simulator } from "../../src/simulator.ts";
import { trace } from "../../src/trace.ts";
import { samples } from "../catalog.ts";
import { type Fn, gradientOf } from "../numeric.ts";

const layouts = ["", "a:q;b:p", "b:p+q;c:p"];
const mesh = defineMesh("p:2,q:2");
const backend = referenceBackend();
let devices: Devices;

beforeAll(async () => {
  devices = await simulator(mesh, { backend });
});
afterAll(() => devices.close());

/** A function with its gradients. */
const both =
  (fn: Fn): Fn =>
  (...xs) => [...fn(...xs), ...gradientOf(fn)(...xs)];

const bytes = async () => {
  const usage = await devices.usage();
  return {
    received: usage.reduce((sum, device) => sum + device.bytesReceived, 0),
    peak: Math.max(...usage.map((device) => device.peakBytes)),
    buffers: usage.reduce((sum, device) => sum + device.buffers, 0),
  };
};

describe.each(layouts)("regions under layout '%s'", (written) => {
  it.each(samples.region)("$name: values, gradients, bytes, memory", async (sample) => {
    const { inputs, data } = sample;
    const fn = both(sample.fn);
    const { graph } = trace(fn, inputs as AnyTensor[]);
    const expected = evaluate(graph, data);
    const rules = parseRules(written);
    const dims = Object.fromEntries(Object.keys(rules).map((name) => [name, dimension(name, 1)]));
    const layout = defineLayout<string, string>({ dims, mesh, rules });
    const lowered = lower(fn, { layout, inputs: inputs as AnyTensor[] });
    const run = await devices.load(lowered);
    const before = await bytes();
    const results = (await run(...(data as never[]))) as unknown as Sharded[];
    const after = await bytes();
    const rounds = await run.rounds();
    expect(after.received - before.received).toBe(ledger(lowered.program).bytesAfter(rounds));
    // The reference backend holds eight bytes for four.
    expect(after.peak).toBeLessThanOrEqual(2 * memoryPlan(lowered.program).peakBytes);
    for (const [i, x] of results.entries()) {
      const wanted = expected[i]!;
      const found = await readFloat64(x);
      expect(found.length).toBe(elements(dimsOf(graph.outputs[i]!)));
      found.forEach((n, j) => void expect(n).toBeCloseTo(wanted[j]!, 9));
      x.dispose();
    }
    await run.unload();
    expect((await bytes()).buffers).toBe(0);
  });
});
