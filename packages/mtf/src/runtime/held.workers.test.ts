import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { MtfError } from "../errors.ts";
import {
  add,
  defineDims,
  defineLayout,
  defineMesh,
  dispose,
  einsum,
  type LayoutRules,
  ledger,
  lower,
  memoryPlan,
  placeholder,
  sgd,
  type Tensor,
} from "../index.ts";
import { simulator } from "../simulator.ts";
import { draws } from "../testing/draws.ts";
import { workers } from "../workers.ts";
import type { Devices, Sharded } from "./devices.ts";
import { errorOf } from "./testing/errorOf.ts";
import { splitsOf } from "./testing/meshes.ts";
import { aValue, counting, loweredOf, programOf } from "./testing/programs.ts";
import { withoutLines } from "./testing/withoutLines.ts";

withoutLines();

const dims = defineDims({ batch: 5, pixel: 7, hidden: 6 });
const { batch, pixel, hidden } = dims;
const mesh = defineMesh({ data: 2, model: 2 });

interface Params {
  readonly weight: Tensor<"pixel" | "hidden">;
  readonly bias: Tensor<"hidden">;
}

const params: Params = { weight: placeholder([pixel, hidden]), bias: placeholder([hidden]) };
const x = placeholder([batch, pixel]);

const affine = (p: Params, x: Tensor<"batch" | "pixel">) =>
  add(einsum(x, p.weight, "batch", "hidden"), p.bias);
const step = (p: Params, gradient: Params) => sgd(p, gradient, { rate: 1 });

const layoutOf = (rules: LayoutRules) => defineLayout({ dims, mesh, rules: rules as never });
const use = lower(affine, {
  layout: layoutOf({ batch: "data", hidden: "model" }),
  inputs: [params, x],
});
const train = lower(step, {
  layout: layoutOf({ pixel: "model" }),
  inputs: [params, params],
  donate: [0],
});

const numbers = { weight: counting([pixel, hidden]), bias: counting([hidden]) };

function messageOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    return (error as MtfError).message;
  }
  return "nothing was thrown";
}

const bytesOn = async (devices: Devices) => (await devices.usage()).map(({ bytes }) => bytes);

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

  test("an argument is put once and given to many runs", async () => {
    const before = await bytesOn(devices);
    const run = await devices.load(use);
    const weights = await run.put(0, numbers);
    expect(weights.weight.names).toEqual(["pixel", "hidden"]);
    const data = counting([batch, pixel]);
    const [once, direct] = [await run(weights, data), await run(numbers, data)];
    const placed = await run.put(1, data);
    const again = await run(weights, placed);
    const expected = [...(await direct.read())];
    expect([...(await once.read())]).toEqual(expected);
    expect([...(await again.read())]).toEqual(expected);
    dispose([weights, once, direct, again, placed]);

    // @ts-expect-error a program of two arguments has no third
    expect((await errorOf(run.put(2, data))).message).toMatch(/no argument 2/);
    // @ts-expect-error the bias is missing
    expect((await errorOf(run.put(0, { weight: numbers.weight }))).message).toMatch(/bias/);
    // A part that fails leaves none of the others.
    const failing = { ...numbers, bias: { box: () => new Float32Array(1) } };
    expect((await errorOf(run.put(0, failing))).code).toBe("wrong-input");
    const held = await run.put(1, data);
    // @ts-expect-error handles are resharded, not put
    const twice = run.put(1, held);
    expect((await errorOf(twice)).message).toMatchInlineSnapshot(`
      "[wrong-input] '1' is on devices already.
        takes  f32[batch=5, pixel=7]
        at     held.workers.test.ts:0
        try    devices.reshard(held, program, 1)"
    `);
    await run.unload();
    held[Symbol.dispose]();
    expect((await errorOf(held.read())).message).toMatch(/disposed/);
    expect(await bytesOn(devices)).toEqual(before);
  });

  test("what one program holds goes where another wants it, for the bytes that were said", async () => {
    const before = await bytesOn(devices);
    const [learn, infer] = [await devices.load(train), await devices.load(use)];
    const state = await learn.put(0, numbers);
    expect(
      (await errorOf(infer(state as never, counting([batch, pixel])))).message,
    ).toMatchInlineSnapshot(`
      "[wrong-input] '0/weight' rests pixel@model and the program takes it hidden@model.
        takes  f32[pixel=7, hidden=6]
        at     held.workers.test.ts:0
        try    const moved = await devices.reshard(held, program, 0).run()"
    `);
    const plan = devices.reshard(state, use, 0);
    expect(`${plan}`.replaceAll(/held\S+/g, "LINE")).toMatchInlineSnapshot(`
      "program on mesh data:2,model:2
        %0 f32[pixel=7@model, hidden=6] = input 0/weight
        %1 f32[hidden=6] = input 0/bias
        %2 f32[pixel=7, hidden=6@model] = all-to-all(model) %0  168 B  reshard LINE
        %3 f32[hidden=6@model] = slice %1                       0 B  reshard LINE
        output 0/weight = %2
        output 0/bias = %3"
    `);
    expect(plan.bytes).toBe(ledger(plan.program).bytes);
    const received = async () =>
      (await devices.usage()).reduce((sum, { bytesReceived }) => sum + bytesReceived, 0);
    const sofar = await received();
    const weights = await plan.run();
    expect((await received()) - sofar).toBe(plan.bytes);
    expect([...(await weights.weight.read())]).toEqual([...numbers.weight]);
    const result = await infer(weights, counting([batch, pixel]));
    // What was given is still there; given up, it is gone.
    expect([...(await state.weight.read())]).toEqual([...numbers.weight]);
    const given = await devices.reshard(state, use, 0, { donate: true }).run();
    expect((await errorOf(state.weight.read())).message).toMatch(/given up/);
    expect([...(await given.bias.read())]).toEqual([...numbers.bias]);
    dispose([weights, result, given]);
    await Promise.all([learn.unload(), infer.unload()]);
    expect(await bytesOn(devices)).toEqual(before);
  });

  test("reshards that cannot be are refused before anything moves", async () => {
    const run = await devices.load(use);
    const weights = await run.put(0, numbers);
    expect(messageOf(() => devices.reshard(numbers as never, use, 0))).toMatchInlineSnapshot(`
      "[wrong-input] '0/weight' is not on devices yet.
        takes  f32[pixel=7, hidden=6]
        at     held.workers.test.ts:0
        try    run.put(0, numbers)"
    `);
    expect(messageOf(() => devices.reshard(weights as never, use, 1))).toMatchInlineSnapshot(`
      "[wrong-input] '1' is not on devices yet.
        takes  f32[batch=5, pixel=7]
        at     held.workers.test.ts:0
        try    run.put(1, numbers)"
    `);
    expect(
      messageOf(() => devices.reshard(weights as never, use, 2 as never)),
    ).toMatchInlineSnapshot(`
      "[bad-argument] the program has no argument 2.
        arguments  2, from 0 on
        at         held.workers.test.ts:0"
    `);
    const other = programOf(defineMesh({ data: 4 }), [aValue([batch])], [0], [0], []);
    expect(messageOf(() => devices.reshard(weights.bias, loweredOf(other), 0))).toMatch(/bad-mesh/);
    dispose(weights);
    expect(messageOf(() => devices.reshard(weights, use, 0))).toMatch(/disposed/);
  });

  test("handles that nobody has any more are freed", async () => {
    const held = async () => (await devices.usage()).map(({ buffers }) => buffers);
    // What other tests dropped.
    await collect(async () => (await held())[0] === 0);
    const run = await devices.load(use);
    const learn = await devices.load(train);
    let kept: Pick<Sharded<"batch" | "hidden", "float32">, "read" | "names"> | undefined;
    const weights = await (async () => {
      let state = await learn.put(0, numbers);
      const weights = await devices.reshard(state, use, 0).run();
      for (let i = 0; i < 20; i++) {
        await run(weights, counting([batch, pixel]));
        state = await learn(state, numbers);
      }
      const { read, names } = await run(weights, counting([batch, pixel]));
      kept = { read, names };
      return weights;
    })();
    await collect(async () => (await held())[0] === 3);
    expect(await held()).toEqual([3, 3, 3, 3]);
    // A function of a handle keeps it.
    expect((await kept!.read()).length).toBe(30);
    expect((await weights.bias.read()).length).toBe(6);
    dispose(weights);
    kept = undefined;
    await collect(async () => (await held())[0] === 0);
    expect(await held()).toEqual([0, 0, 0, 0]);
  });
});

/** Lets garbage be collected until something has come of it, or will not. */
async function collect(done: () => Promise<boolean>): Promise<void> {
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc") as () => void;
  for (let i = 0; i < 50 && !(await done()); i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test("a reshard moves any placement to any other, and no more than is needed", async () => {
  const value = [batch, pixel, hidden];
  const cases = fc.record({
    from: splitsOf(value, mesh.names),
    to: splitsOf(value, mesh.names),
    donate: fc.boolean(),
  });
  const devices = await simulator(mesh);
  await fc.assert(
    fc.asyncProperty(cases, async ({ from, to, donate }) => {
      const target = loweredOf(
        programOf(mesh, [aValue(value, { split: to, partial: [] })], [0], [0], []),
      );
      const tensor = target.arguments[0]!;
      const held = await devices.put(tensor, { split: from, partial: [] }, counting(value));
      const plan = devices.reshard(held, target, 0, { donate });
      const usage = await devices.usage();
      const moved = (await plan.run()) as Sharded;
      const after = await devices.usage();
      const received = after.map((device, i) => device.bytesReceived - usage[i]!.bytesReceived);
      expect(received.reduce((a, b) => a + b)).toBe(plan.bytes);
      const peak = memoryPlan(plan.program).peakBytes;
      expect(Math.max(...after.map(({ peakBytes }) => peakBytes))).toBe(peak);
      expect([...(await moved.read())]).toEqual([...counting(value)]);
      dispose(donate ? [moved] : [moved, held]);
      expect((await devices.usage()).every(({ buffers }) => buffers === 0)).toBe(true);
    }),
    { numRuns: draws(60) },
  );
  await devices.close();
});

test("plain values of a tree are left alone when it is disposed of", async () => {
  const devices = await simulator(mesh);
  const run = await devices.load(use);
  const weights = await run.put(0, numbers);
  dispose({ steps: 3, name: "net", none: null, weights: [weights, undefined] });
  expect((await devices.usage()).every(({ buffers }) => buffers === 0)).toBe(true);
  dispose([1, 2]);
  await devices.close();
});

test("a tree is disposed of whole, or not at all", async () => {
  const devices = await simulator(mesh);
  const run = await devices.load(use);
  const weights = await run.put(0, numbers);
  expect(
    messageOf(() => dispose({ weights, more: Promise.resolve(weights) })),
  ).toMatchInlineSnapshot(`
    "[bad-argument] dispose: 'tree/more' must be a tree of handles, and is a Promise.
      at   held.workers.test.ts:0
      try  dispose(await promise)"
  `);
  expect(messageOf(() => dispose(run))).toMatchInlineSnapshot(`
    "[bad-argument] dispose: 'tree' must be a tree of handles, and is a function.
      at  held.workers.test.ts:0"
  `);
  expect(messageOf(() => dispose({ map: new Map() }))).toMatchInlineSnapshot(`
    "[bad-argument] dispose: 'tree/map' must be a tree of handles, and is a Map.
      at  held.workers.test.ts:0"
  `);
  expect((await weights.bias.read()).length).toBe(6);
  dispose([weights, [weights.bias, 3, null], {}]);
  expect((await devices.usage()).every(({ buffers }) => buffers === 0)).toBe(true);
  await devices.close();
});
