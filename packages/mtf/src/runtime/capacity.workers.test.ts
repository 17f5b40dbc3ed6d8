import { expect, test } from "vitest";
import { referenceBackend } from "../backend/reference/index.ts";
import { defineMesh } from "../mesh.ts";
import type { Program } from "../program/program.ts";
import { simulator } from "../simulator.ts";
import { workers } from "../workers.ts";
import { checkCapacity } from "./capacity.ts";
import { errorOf } from "./testing/errorOf.ts";
import { aValue, elementwise, loweredOf, programOf } from "./testing/programs.ts";
import { checkWorkers } from "./workers/most.ts";

const mesh = defineMesh({ x: 4 });

/** exp of a tensor of so many GiB, split over four devices or on each. */
function expOf(gibibytes: number, axes: readonly string[]): Program {
  const dims = [
    { name: "a", size: 4 * gibibytes },
    { name: "b", size: 2 ** 26 },
  ];
  const placement = { split: axes.length > 0 ? { a: axes } : {}, partial: [] };
  const values = [aValue(dims, placement), aValue(dims, placement)];
  return programOf(mesh, values, [0], [1], [elementwise("exp", [0], 1)]);
}

function sentenceOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    return (error as Error).message;
  }
}

test("a program is refused if it cannot fit, with the figures", () => {
  const capacity = {
    backendBytes: 4 * 2 ** 30,
    sharers: 1,
    machineBytes: 20 * 2 ** 30,
    machineDevices: 4,
  };
  const refused = (program: Program, more: Partial<typeof capacity> = {}) =>
    sentenceOf(() => checkCapacity(program, mesh, { ...capacity, ...more }));
  expect(refused(expOf(8, ["x"]))).toBe(undefined);
  expect(refused(expOf(12, ["x"]))).toMatchInlineSnapshot(`
    "[out-of-memory] the program needs 6.0 GiB per device, and the backend can hold 4.0 GiB.
      per device  6.0 GiB at most
      arguments   3.0 GiB of it
      devices     4
      try         a layout or storage rules that split what is large, over more devices
      try         devices.load(program, { force: true }) to try it all the same"
  `);
  expect(refused(expOf(2, []))).toBe(undefined);
  expect(refused(expOf(3, []))).toMatchInlineSnapshot(`
    "[out-of-memory] the program needs 6.0 GiB per device, and the backend can hold 4.0 GiB.
      per device  6.0 GiB at most
      arguments   3.0 GiB of it
      devices     4
      try         a layout or storage rules that split what is large, over more devices
      try         devices.load(program, { force: true }) to try it all the same"
  `);
  expect(refused(expOf(2, []), { machineBytes: 15 * 2 ** 30 })).toMatchInlineSnapshot(`
    "[out-of-memory] the program needs 16.0 GiB for 4 devices, and this machine has 15.0 GiB.
      per device  4.0 GiB at most
      arguments   2.0 GiB of it
      devices     4
      try         a layout or storage rules that split what is large, over more devices
      try         devices.load(program, { force: true }) to try it all the same"
  `);
  expect(refused(expOf(2, []), { sharers: 4 })).toMatchInlineSnapshot(`
    "[out-of-memory] the program needs 16.0 GiB for 4 devices, and the backend can hold 4.0 GiB.
      per device  4.0 GiB at most
      arguments   2.0 GiB of it
      devices     4
      try         a layout or storage rules that split what is large, over more devices
      try         devices.load(program, { force: true }) to try it all the same"
  `);
});

test("what devices together need is never taken for more than it is", () => {
  // One element on four devices: only the first has it.
  const lonely = [{ name: "a", size: 1 }];
  const split = { split: { a: ["x"] }, partial: [] };
  const program = programOf(mesh, [aValue(lonely, split)], [0], [0], []);
  const capacity = { backendBytes: 4, sharers: 4, machineBytes: 4, machineDevices: 4 };
  expect(sentenceOf(() => checkCapacity(program, mesh, capacity))).toBe(undefined);
});

test("loading refuses before anything is loaded, unless it is told to", async () => {
  const lowered = loweredOf(expOf(100_000, ["x"]));
  for (const devices of [await workers(mesh), await simulator(mesh, { backend: "wasm" })]) {
    const before = await devices.usage();
    expect((await errorOf(devices.load(lowered))).code).toBe("out-of-memory");
    expect(await devices.usage()).toEqual(before);
    const run = await devices.load(lowered, { force: true });
    await run.unload();
    await devices.close();
  }
  const devices = await simulator(mesh, { backend: { ...referenceBackend(), limitBytes: 1000 } });
  expect((await errorOf(devices.load(loweredOf(expOf(1, ["x"]))))).message).toMatch(
    /1,?000|0.0 GiB/,
  );
  await devices.close();
});

test("more workers than a machine can use are refused before any starts", async () => {
  const many = defineMesh({ data: 16, model: 8 });
  expect(sentenceOf(() => checkWorkers(many, 16))).toBe(undefined);
  expect(sentenceOf(() => checkWorkers(defineMesh({ data: 64 }), 1))).toBe(undefined);
  expect(sentenceOf(() => checkWorkers(many, 2))).toMatchInlineSnapshot(`
    "[bad-mesh] data:16,model:8 is 128 workers on one machine.
      cores  2
      limit  64 workers
      try    simulator(mesh), which needs no threads
      try    workers(mesh, { force: true }) to start them all the same"
  `);
  const error = await errorOf(workers(defineMesh({ data: 1_000_000 })));
  expect(error).toMatchObject({ code: "bad-mesh", details: { workers: 1_000_000 } });
});
