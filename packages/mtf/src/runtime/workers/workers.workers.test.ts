import fc from "fast-check";
import { expect, test } from "vitest";
import type { BackendName } from "../../backend/open.ts";
import { defineMesh, type Mesh } from "../../mesh.ts";
import { type Placement, splitAxes } from "../../program/placement.ts";
import type { Instruction, Program } from "../../program/program.ts";
import { simulator } from "../../simulator.ts";
import { draws } from "../../testing/draws.ts";
import { workers } from "../../workers.ts";
import type { Devices } from "../devices.ts";
import { splitsOf } from "../testing/meshes.ts";
import { aValue, compute, elementwise, loweredOf, origin, programOf } from "../testing/programs.ts";

const dims = [
  { name: "a", size: 37 },
  { name: "b", size: 23 },
];
const split = { split: { a: ["x"], b: ["y"] }, partial: [] };

/** Something of everything: kernels, all collectives, uneven and nested slices, a donated state. */
function everything(mesh: Mesh): Program {
  const values = [
    aValue(dims, split), // 0 state
    aValue(dims, { split: { b: ["y", "x"] }, partial: [] }), // 1 data
    aValue(dims, split), // 2 data, moved
    aValue(dims, split), // 3 next state
    aValue(dims.slice(0, 1), { split: { a: ["x"] }, partial: ["y"] }), // 4
    aValue(dims.slice(0, 1), { split: { a: ["x", "y"] }, partial: [] }), // 5 scattered
    aValue(dims.slice(0, 1)), // 6 gathered
    aValue([], { split: {}, partial: ["x", "y"] }), // 7
    aValue([]), // 8 total
    aValue(dims, split), // 9 exp
  ];
  const sum = (over: string[]) => ({ kind: "reduce", attributes: { fn: "sum", over } }) as const;
  const move = (operand: number, result: number): Instruction => ({
    kind: "move",
    name: "all-to-all",
    axes: mesh.names,
    operands: [operand],
    offsets: [{}],
    fill: 0,
    result,
    origin,
  });
  const settle = (operand: number, result: number, axes: string[]): Instruction => ({
    kind: "reduce",
    name: axes.length === 1 ? "reduce-scatter" : "all-reduce",
    fn: "sum",
    axes,
    operand,
    result,
    origin,
  });
  return programOf(
    mesh,
    values,
    [{ donated: 0 }, 1],
    [3, 6, 8],
    [
      move(1, 2),
      elementwise("exp", [2], 9),
      elementwise("add", [0, 9], 3),
      compute(sum(["b"]), [3], [4]),
      settle(4, 5, ["y"]),
      move(5, 6),
      compute(sum(["a", "b"]), [3], [7]),
      settle(7, 8, ["x", "y"]),
    ],
  );
}

async function train(devices: Devices, steps: number) {
  const run = await devices.load(loweredOf(everything(devices.mesh)));
  const data = Float32Array.from({ length: 37 * 23 }, (_, i) => Math.sin(i * i));
  const [state, batch] = loweredOf(everything(devices.mesh)).arguments;
  let current = await devices.put(state!, split, data);
  const input = await devices.put(batch!, { split: { b: ["y", "x"] }, partial: [] }, data);
  const read: number[][] = [];
  for (let step = 0; step < steps; step++) {
    const [next, gathered, total] = await run(current, input);
    current = next as typeof current;
    if (step < 3) read.push([...(await gathered!.read())], [...(await total!.read())]);
    gathered!.dispose();
    total!.dispose();
    if (step === 2) await devices.usage();
  }
  read.push([...(await current.read())]);
  const usage = await devices.usage();
  await devices.close();
  return {
    read,
    received: usage.map((u) => u.bytesReceived),
    buffers: usage.map((u) => u.buffers),
  };
}

for (const backend of ["reference", "cpu", "wasm"] satisfies BackendName[]) {
  test(`simulator and workers agree bit by bit on ${backend}`, async () => {
    const mesh = defineMesh({ x: 2, y: 3 });
    const simulated = await train(await simulator(mesh, { backend }), 6);
    const worked = await train(await workers(mesh, { backend, stagingBytes: 64 }), 6);
    expect(worked).toEqual(simulated);
    expect(worked.received.some((bytes) => bytes > 0)).toBe(true);
  });
}

/** Moves of one value from placement to placement, over ever other groups of devices. */
function wandering(mesh: Mesh, splits: readonly Placement["split"][]): Program {
  const values = splits.map((split) => aValue(dims, { split, partial: [] }));
  const moves = splits.slice(1).map((_, i): Instruction => {
    const axes = splitAxes(values[i]!.placement);
    const [operands, result] = [[i], i + 1];
    return {
      kind: "move",
      name: "exchange",
      axes,
      operands,
      offsets: [{}],
      fill: 0,
      result,
      origin,
    };
  });
  return programOf(mesh, values, [0], [splits.length - 1], moves);
}

test("nobody overtakes anybody, over hundreds of exchanges through tiny windows", async () => {
  const mesh = defineMesh({ x: 2, y: 2 });
  const devices = await workers(mesh, { backend: "reference", stagingBytes: 256 });
  const numbers = Float32Array.from({ length: 37 * 23 }, (_, i) => i);
  const routes = fc.array(splitsOf(dims, mesh.names), { minLength: 20, maxLength: 60 });
  try {
    await fc.assert(
      fc.asyncProperty(routes, async (splits) => {
        const run = await devices.load(loweredOf(wandering(mesh, splits)));
        for (let step = 0; step < 3; step++) {
          const [arrived] = await run(numbers);
          expect(await arrived!.read()).toEqual(numbers);
          arrived!.dispose();
        }
        await run.unload();
      }),
      { numRuns: draws(20), endOnFailure: true },
    );
  } finally {
    await devices.close();
  }
});

test("200 steps leave nothing behind", async () => {
  const worked = await train(await workers(defineMesh({ x: 2, y: 2 }), { backend: "wasm" }), 200);
  // The state and the batch.
  expect(worked.buffers).toEqual([2, 2, 2, 2]);
});
