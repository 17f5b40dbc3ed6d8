import * as fc from "fast-check";
import { expect, test } from "vitest";
import { referenceBackend } from "../../src/backend/reference/index.ts";
import { defaultMachine } from "../../src/cost/machineModel.ts";
import { movingSeconds } from "../../src/cost/movingSeconds.ts";
import {
  defineLayout,
  defineMesh,
  type HostArray,
  type Layout,
  ledger,
  type Mesh,
  memoryPlan,
  type Program,
  trace,
} from "../../src/index.ts";
import { lookAhead } from "../../src/partition/lookAhead.ts";
import { wishesOf } from "../../src/partition/wishes.ts";
import { convolutions } from "../../src/passes/convolutions.ts";
import { passes } from "../../src/passes/improve.ts";
import { loopInvariantMoves } from "../../src/passes/loopInvariantMoves.ts";
import { overlap } from "../../src/passes/overlap.ts";
import { through } from "../../src/passes/pass.ts";
import { mostFor } from "../../src/passes/room.ts";
import { scatteredOnto } from "../../src/passes/scatteredOnto.ts";
import { splitSums } from "../../src/passes/splitSums.ts";
import { readFloat64 } from "../../src/runtime/sharded.ts";
import { loweredOf } from "../../src/runtime/testing/programs.ts";
import { simulator } from "../../src/simulator.ts";
import { dims, inputs, train } from "./trainer.ts";

const names = Object.keys(dims).filter((name) => !["part", "time", "tap"].includes(name));
const axes = ["p", "q"];

const rules = fc
  .array(fc.tuple(fc.constantFrom(...names), fc.constantFrom(...axes)), { maxLength: 4 })
  .map((all) => Object.fromEntries(all));

/** Layouts of a training step, and machines that have room for more or less. */
const layouts = fc.record({
  sizes: fc.tuple(fc.constantFrom(2, 3), fc.constantFrom(1, 2)),
  // Every second one is a stage of ZeRO.
  rules: fc.oneof(rules, fc.constant({ row: "p" })),
  params: fc.oneof(rules, fc.constantFrom({ inner: "p" }, { wide: "p" })),
  stored: fc.constantFrom("regather" as const, "keep" as const),
  sums: fc.constantFrom("whole" as const, "split" as const),
  latency: fc.constantFrom(0, 1e-7, 20e-6),
  capacity: fc.constantFrom(2 ** 13, 2 ** 32),
});
type Drawn = typeof layouts extends fc.Arbitrary<infer T> ? T : never;

function layoutOf({
  sizes: [p, q],
  rules: own,
  params,
  stored,
  sums,
}: Drawn): Layout & { mesh: Mesh } {
  const mesh = defineMesh({ p, q });
  const storage = Object.keys(params).length > 0 ? { "0": params } : {};
  return defineLayout<string, string>({ dims, mesh, rules: own, storage, stored, sums });
}

const numbers = (count: number, seed: number) =>
  Float64Array.from({ length: count }, (_, i) => Math.sin(12.9 * i + seed) / 2);

/** What a program gives, and the bytes that its devices received. */
async function run(program: Program, mesh: Mesh) {
  const devices = await simulator(mesh, { backend: referenceBackend() });
  try {
    const loaded = await devices.load(loweredOf(program));
    const before = (await devices.usage()).reduce((n, { bytesReceived }) => n + bytesReceived, 0);
    const given = program.inputs.map(({ value }, i) => {
      const count = program.values[value]!.dims.reduce((n, { size }) => n * size, 1);
      return numbers(count, i);
    });
    const results = await loaded(...given);
    const after = (await devices.usage()).reduce((n, { bytesReceived }) => n + bytesReceived, 0);
    const outcomes: HostArray[] = [];
    for (const result of results) outcomes.push(await readFloat64(result));
    return { outcomes, received: after - before };
  } finally {
    await devices.close();
  }
}

test("passes keep what a program computes, to the bit, and only move less", async () => {
  const traced = trace(train, inputs);
  const changed = new Map(passes.map((pass) => [pass, 0]));
  for (const drawn of fc.sample(layouts, { numRuns: 24, seed: 13 })) {
    const layout = layoutOf(drawn);
    const link = { ...defaultMachine.link, latency: drawn.latency };
    const { capacity } = drawn;
    const machine = { ...defaultMachine, overlaps: true, capacity, link };
    let program = lookAhead(traced, layout, [], machine).program;
    let before = await run(program, layout.mesh);
    for (const pass of passes) {
      const next = through(program, pass, wishesOf(layout, machine));
      if (next === program) continue;
      changed.set(pass, changed.get(pass)! + 1);
      const after = await run(next, layout.mesh);
      expect(after.received).toBe(ledger(next).bytes);
      const peak = memoryPlan(next).peakBytes;
      if (pass === splitSums || pass === scatteredOnto) {
        // The same numbers are added up in another order.
        after.outcomes.forEach((outcome, i) => {
          for (const [at, x] of outcome.entries()) {
            expect(x).toBeCloseTo(before.outcomes[i]![at]!, 12);
          }
        });
      } else if (pass === convolutions) {
        expect(after.outcomes).toEqual(before.outcomes);
        expect(ledger(next).bytes).toBe(ledger(program).bytes);
        expect(peak).toBeLessThanOrEqual(memoryPlan(program).peakBytes);
      } else {
        expect(after.outcomes).toEqual(before.outcomes);
        expect(movingSeconds(next, machine)).toBeLessThan(movingSeconds(program, machine));
        expect(ledger(next).bytes).toBeLessThanOrEqual(ledger(program).bytes);
        const kept = pass === loopInvariantMoves && drawn.stored === "keep";
        const most = mostFor(memoryPlan(program).peakBytes, machine);
        // What is under way may take what the machine has.
        const limit = pass === overlap ? Math.max(most, drawn.capacity) : most;
        if (!kept) expect(peak, pass.name).toBeLessThanOrEqual(limit);
      }
      [program, before] = [next, after];
    }
  }
  // The drawn layouts are such that every pass has something to do.
  for (const [pass, times] of changed) expect(times, pass.name).toBeGreaterThan(1);
});
