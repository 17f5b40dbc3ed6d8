import { expect, test } from "vitest";
import { referenceBackend } from "../../backend/reference/index.ts";
import { memoryPlan } from "../../cost/memory.ts";
import { defineMesh } from "../../mesh.ts";
import type { Collective, Instruction, Region } from "../../program/program.ts";
import { simulator } from "../../simulator.ts";
import { inTwo } from "../testing/hosted.ts";
import {
  aValue,
  compute,
  counting,
  elementwise,
  loweredOf,
  origin,
  programOf,
} from "../testing/programs.ts";

const mesh = defineMesh({ x: 3 });
const a = { name: "a", size: 2 };
const b = { name: "b", size: 5 };
const split = { split: { b: ["x"] }, partial: [] };
const partial = { split: {}, partial: ["x"] };

async function runOnce(
  program: ReturnType<typeof programOf>,
  inputs: readonly Float32Array[],
): Promise<{ results: number[][]; buffers: number }> {
  const backend = referenceBackend();
  const devices = await simulator(mesh, { backend });
  const run = await devices.load(loweredOf(program));
  const outputs = await run(...inputs);
  const results: number[][] = [];
  for (const output of outputs) results.push([...(await output.read())]);
  for (const output of outputs) output.dispose();
  const usage = await devices.usage();
  await devices.close();
  expect(backend.memory()).toEqual({ buffers: 0, bytes: 0 });
  return { results, buffers: usage.reduce((sum, device) => sum + device.buffers, 0) };
}

test("an empty slice gives the op's identity", async () => {
  const one = [{ name: "b", size: 1 }];
  for (const [fn, identity] of [
    ["sum", 4],
    ["max", 4],
    ["min", 4],
  ] as const) {
    const reduce = { kind: "reduce", attributes: { fn, over: ["b"] } } as const;
    const settle: Instruction = {
      kind: "reduce",
      name: "all-reduce",
      fn,
      axes: ["x"],
      operand: 1,
      result: 2,
      origin,
    };
    const values = [aValue(one, split), aValue([], partial), aValue([])];
    const program = programOf(mesh, values, [0], [2], [compute(reduce, [0], [1]), settle]);
    const { results, buffers } = await runOnce(program, [Float32Array.of(4)]);
    expect(results).toEqual([[identity]]);
    expect(buffers).toBe(0);
  }
});

test("a loop slices, sums, stacks, and exchanges inside", async () => {
  const step = { name: "step", size: 4 };
  // Over the steps: sum += total(x * w); y = x * w, with w = [1, 2, 3, 4, 5].
  const values = [
    aValue([a, step, b], split), // 0 x
    aValue([b], split), // 1 w
    aValue([a, b], split), // 2 x at a step
    aValue([b], split), // 3 w inside
    aValue([a, b], split), // 4 y
    aValue([a], partial), // 5 partial total
    aValue([a]), // 6 total
    aValue([a]), // 7 summed
    aValue([step, a, b], split), // 8 stacked
    aValue([step, b], split), // 9 w, stacked
    aValue([a], partial), // 10 summed, partial
  ];
  const body: Instruction[] = [
    elementwise("mul", [2, 3], 4),
    compute({ kind: "reduce", attributes: { fn: "sum", over: ["b"] } }, [4], [5]),
    {
      kind: "reduce",
      name: "all-reduce",
      fn: "sum",
      axes: ["x"],
      operand: 5,
      result: 6,
      origin,
    },
  ];
  const loop: Region = {
    kind: "region",
    rounds: { kind: "each", dim: step, reverse: false },
    carried: [],
    sliced: [{ outer: 0, inner: 2 }],
    constant: [{ outer: 1, inner: 3 }],
    body,
    summed: [
      { outer: 7, inner: 6 },
      { outer: 10, inner: 5 },
    ],
    stacked: [
      { outer: 8, inner: 4 },
      { outer: 9, inner: 3 },
    ],
    origin,
  };
  const settle: Instruction = {
    kind: "reduce",
    name: "all-reduce",
    fn: "sum",
    axes: ["x"],
    operand: 10,
    result: 11,
    origin,
  };
  values.push(aValue([a]));
  const program = programOf(mesh, values, [0, 1], [7, 8, 9, 11], [loop, settle]);
  const w = Float32Array.of(1, 2, 3, 4, 5);
  const x = counting([a, step, b]);
  const { results, buffers } = await runOnce(program, [x, w]);
  const sums = [0, 0];
  const stacked: number[] = [];
  for (let s = 0; s < 4; s++) {
    for (let i = 0; i < 2; i++) {
      for (let j = 0; j < 5; j++) {
        const y = x[(i * 4 + s) * 5 + j]! * w[j]!;
        sums[i]! += y;
        stacked.push(y);
      }
    }
  }
  expect(results).toEqual([sums, stacked, [...w, ...w, ...w, ...w], sums]);
  expect(buffers).toBe(0);
});

test("a loop over nothing but bindings frees what it was given", async () => {
  const step = { name: "step", size: 2 };
  const values = [aValue([step, a]), aValue([a]), aValue([a]), aValue([step, a])];
  const loop: Region = {
    kind: "region",
    rounds: { kind: "each", dim: step, reverse: false },
    carried: [],
    sliced: [
      { outer: 0, inner: 1 },
      { outer: 0, inner: 2 },
    ],
    constant: [],
    body: [],
    summed: [],
    stacked: [{ outer: 3, inner: 1 }],
    origin,
  };
  const program = programOf(mesh, values, [0], [3], [loop]);
  const { results, buffers } = await runOnce(program, [counting([step, a])]);
  expect(results).toEqual([[0, 1, 2, 3]]);
  expect(buffers).toBe(0);
});

test("inputs given out, values given out twice, results nobody needs", async () => {
  const values = [aValue([b], split), aValue([b], split), aValue([b], split), aValue([b], split)];
  const program = programOf(
    mesh,
    values,
    [0, { donated: 1 }, { donated: 3 }],
    [0, 0, 1, 1],
    [elementwise("add", [0, 1], 2)],
  );
  const [x, y] = [counting([b]), counting([b], 10)];
  const { results, buffers } = await runOnce(program, [x, y, y]);
  expect(results).toEqual([[...x], [...x], [...y], [...y]]);
  expect(buffers).toBe(0);
});

test("peak bytes are those alive together", async () => {
  const devices = await simulator(defineMesh({ x: 2 }));
  const values = [0, 1, 2, 3].map(() => aValue([{ name: "a", size: 100 }]));
  const program = programOf(
    devices.mesh,
    values,
    [0],
    [3],
    [elementwise("exp", [0], 1), elementwise("exp", [1], 2), elementwise("exp", [2], 3)],
  );
  const run = await devices.load(loweredOf(program));
  const x = await devices.put(
    loweredOf(program).arguments[0]!,
    values[0]!.placement,
    new Float32Array(100),
  );
  await devices.usage();
  await run(x);
  for (const device of await devices.usage()) {
    expect(device).toEqual({ buffers: 2, bytes: 800, peakBytes: 1200, bytesReceived: 0 });
  }
  await devices.close();
});

test("what is under way is held as the memory plan says, and is what it would be at once", async () => {
  const devices = await simulator(defineMesh({ x: 2 }));
  const dims = [{ name: "a", size: 100 }];
  const cut = { split: { a: ["x"] }, partial: [] };
  const gather: Collective = {
    ...{ kind: "move", name: "all-gather", axes: ["x"], operands: [0], offsets: [{}], fill: 0 },
    ...{ result: 1, origin },
  };
  const [start, wait] = inTwo(gather);
  const program = programOf(
    devices.mesh,
    [aValue(dims, cut), aValue(dims), aValue(dims, cut)],
    [{ donated: 0 }],
    [1, 2],
    // Where nothing is under way, its result takes the operand's memory.
    [start, elementwise("mul", [0], 2, [null, 2]), wait],
  );
  const run = await devices.load(loweredOf(program));
  const numbers = counting(dims);
  const x = await devices.put(loweredOf(program).arguments[0]!, cut, numbers);
  await devices.usage();
  const [gathered, doubled] = await run(x);
  const { peakBytes } = memoryPlan(program);
  expect(peakBytes).toBe(800);
  for (const device of await devices.usage()) {
    expect(device).toEqual({ buffers: 2, bytes: 600, peakBytes, bytesReceived: 200 });
  }
  expect(await gathered!.read()).toEqual(numbers);
  expect(await doubled!.read()).toEqual(numbers.map((number) => 2 * number));
  await devices.close();
});
