import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { defineMesh } from "../mesh.ts";
import { simulator } from "../simulator.ts";
import { workers } from "../workers.ts";
import type { BoxSource, Devices, FileSource, Sharded } from "./devices.ts";
import { errorOf } from "./testing/errorOf.ts";
import { aValue, elementwise, loweredOf, programOf } from "./testing/programs.ts";

const folder = mkdtempSync(join(tmpdir(), "mtf-"));
afterAll(() => rmSync(folder, { recursive: true }));

const a = { name: "a", size: 5 };
const split = { split: { a: ["x"] }, partial: [] };
const mesh = defineMesh({ x: 2 });
const onesFile = join(folder, "ones");
writeFileSync(onesFile, new Uint8Array(Float32Array.of(1, 1, 1, 1, 1).buffer));
const short = join(folder, "short");
writeFileSync(short, new Uint8Array(8));

/** (state donated, data) -> (state + data, data) */
const adder = loweredOf(
  programOf(
    mesh,
    [aValue([a], split), aValue([a], split), aValue([a], split)],
    [{ donated: 0 }, 1],
    [2, 1],
    [elementwise("add", [0, 1], 2)],
  ),
);
const tensor = adder.arguments[0]!;

const never: BoxSource = { box: () => new Promise(() => {}) };

/** A source that answers when it is told to. */
function late() {
  let answer: (numbers: Float32Array) => void = () => {};
  const given = new Promise<Float32Array>((resolve) => {
    answer = resolve;
  });
  const source: BoxSource = {
    box: async (box) => (await given).slice(box[0]!.begin, box[0]!.begin + box[0]!.size),
  };
  return { source, answer };
}

const bad: Readonly<Record<string, FileSource | BoxSource>> = {
  "a file that is not there": { file: "/none", offset: 0 },
  "a file that is too short": { file: short, offset: 0 },
  "a folder": { file: folder, offset: 0 },
  "a file that never ends": { file: "/dev/zero", offset: 0 },
  "a function that throws": {
    box: () => {
      throw new Error("no more data");
    },
  },
  "a function that rejects": { box: () => Promise.reject(new Error("no more data")) },
  "a function that gives too little": { box: () => new Float32Array(1) },
};

const runtimes = {
  simulator: () => simulator(mesh, { backend: "wasm" }),
  workers: () => workers(mesh),
};

describe.each(Object.entries(runtimes))("on %s", (_, open) => {
  let devices: Devices;
  beforeAll(async () => {
    devices = await open();
  });
  afterAll(() => devices.close());

  const putState = () => devices.put(tensor, split, [1, 2, 3, 4, 5]);

  test.each(Object.entries(bad))("%s takes nothing, from no run", async (_, source) => {
    const run = await devices.load(adder);
    const state = await putState();
    const before = await devices.usage();
    expect((await errorOf(run(state, source))).code).toBe("wrong-input");
    expect((await errorOf(run(source, source))).code).toBe("wrong-input");
    expect((await devices.usage()).map((device) => device.bytes)).toEqual(
      before.map((device) => device.bytes),
    );
    const [next, ones] = await run(state, { file: onesFile, offset: 0 });
    expect([...(await next!.read())]).toEqual([2, 3, 4, 5, 6]);
    const [last, data] = await run(next!, [1, 1, 1, 1, 1]);
    expect([...(await last!.read())]).toEqual([3, 4, 5, 6, 7]);
    for (const held of [last!, data!, ones!]) held.dispose();
  });

  test("runs that fail beside each other fail each by itself", async () => {
    const run = await devices.load(adder);
    const state = await putState();
    const sources = Object.values(bad);
    const runs = sources.map((source) => errorOf(run([0, 0, 0, 0, 0], source)));
    const good = run(state, [1, 1, 1, 1, 1]);
    for (const error of await Promise.all(runs)) expect(error.code).toBe("wrong-input");
    expect([...(await (await good)[0]!.read())]).toEqual([2, 3, 4, 5, 6]);
  });

  test("what does not need a source does not wait for it, and closing does not", async () => {
    const devices = await open();
    const run = await devices.load(adder);
    const state = await devices.put(tensor, split, [1, 2, 3, 4, 5]);
    const data = await devices.put(tensor, split, [1, 1, 1, 1, 1]);
    const hung = errorOf(run(state, never));
    const hungToo = errorOf(run(data, [1, 1, 1, 1, 1]));
    const putting = errorOf(devices.put(tensor, split, never));
    expect((await devices.usage()).length).toBe(2);
    const other = await devices.put(tensor, split, [1, 2, 3, 4, 5]);
    expect([...(await other.read())]).toEqual([1, 2, 3, 4, 5]);
    await (await devices.load(adder)).unload();
    await devices.close();
    for (const error of await Promise.all([hung, hungToo, putting])) {
      expect(error.message).toBe("[closed] the devices were closed.");
    }
    expect((await errorOf(run(state, data))).code).toBe("closed");
    expect((await errorOf(other.read())).code).toBe("closed");
  });

  test("runs go in the order of calls, whatever they wait for", async () => {
    const run = await devices.load(adder);
    const { source, answer } = late();
    const order: string[] = [];
    const first = run([0, 0, 0, 0, 0], source).then((results) => {
      order.push("first");
      return results;
    });
    const second = run([1, 1, 1, 1, 1], [1, 1, 1, 1, 1]).then((results) => {
      order.push("second");
      return results;
    });
    await devices.usage();
    expect(order).toEqual([]);
    answer(Float32Array.of(1, 2, 3, 4, 5));
    expect([...(await (await first)[0]!.read())]).toEqual([1, 2, 3, 4, 5]);
    expect([...(await (await second)[0]!.read())]).toEqual([2, 2, 2, 2, 2]);
    expect(order).toEqual(["first", "second"]);
  });

  test("what a waiting run takes stays until it has it, and comes back if it gives up", async () => {
    const run = await devices.load(adder);
    const before = await devices.usage();
    const [state, data] = [await putState(), await devices.put(tensor, split, [1, 1, 1, 1, 1])];
    const { source, answer } = late();
    const waiting = run(source, data);
    data.dispose();
    expect((await errorOf(data.read())).message).toMatch(/disposed/);
    answer(Float32Array.of(0, 0, 0, 0, 0));
    const [sum, same] = await waiting;
    expect([...(await sum!.read())]).toEqual([1, 1, 1, 1, 1]);

    const failing = late();
    const giving = errorOf(run(state, failing.source));
    expect((await errorOf(state.read())).message).toMatch(/given up/);
    failing.answer(new Float32Array(1));
    expect((await giving).code).toBe("wrong-input");
    expect([...(await state.read())]).toEqual([1, 2, 3, 4, 5]);

    const again = late();
    const disposed = errorOf(run(state, again.source));
    state.dispose();
    again.answer(new Float32Array(1));
    await disposed;
    for (const held of [sum!, same!] as Sharded[]) held.dispose();
    expect((await devices.usage()).map((device) => device.buffers)).toEqual(
      before.map((device) => device.buffers),
    );
  });

  test("a program that was unloaded runs no more", async () => {
    const run = await devices.load(adder);
    const { source, answer } = late();
    const waiting = errorOf(run(source, [1, 1, 1, 1, 1]));
    await run.unload();
    answer(Float32Array.of(1, 2, 3, 4, 5));
    expect((await waiting).message).toMatch(/unloaded/);
    expect((await errorOf(run([1, 1, 1, 1, 1], [1, 1, 1, 1, 1]))).message).toMatch(/unloaded/);
    expect((await devices.usage()).length).toBe(2);
  });
});
