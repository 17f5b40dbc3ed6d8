import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from "vitest";
import { type Dimension, defineDims, dimension } from "../../dimension.ts";
import { defineLayout } from "../../layout.ts";
import { defineMesh } from "../../mesh.ts";
import { add, cast, iota, mul, ones, zeros } from "../../ops/index.ts";
import { lower } from "../../partition/lower.ts";
import type { Devices, Held, Sharded, Source } from "../../runtime/devices.ts";
import { withoutLines } from "../../runtime/testing/withoutLines.ts";
import { simulator } from "../../simulator.ts";
import { draws } from "../../testing/draws.ts";
import { placeholder } from "../../trace.ts";
import { openCheckpoint, saveCheckpoint } from "./index.ts";

withoutLines();

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "trees-"));
});
afterAll(() => rm(folder, { recursive: true }));

const dims = defineDims({ row: 5, column: 3 });
const { row, column } = dims;

/** A state whose tensors hold 0 at first. */
const initial = () => ({
  params: { layers: [{ w: zeros([row, column]) }, { w: zeros([row, column]) }], scale: zeros([]) },
  seen: zeros([row], "bool"),
  step: zeros([], "int32"),
});
type State = ReturnType<typeof initial>;

const advance = ({ params, step, ...rest }: State): State =>
  ({
    params: {
      layers: params.layers.map(({ w }, i) => ({
        w: add(w, add(mul(cast(iota(row), "float32"), i + 1), 0.5)),
      })),
      scale: add(params.scale, 0.25),
    },
    ...rest,
    step: add(step, 7),
  }) as State;

/** Where a state begins under a layout. */
const beginOn = (mesh: string, rules: Record<string, string>) =>
  lower(initial, {
    layout: defineLayout<string, string>({ dims, mesh: defineMesh(mesh), rules }),
    inputs: [],
  });

async function saved(path: string): Promise<string> {
  const at = join(folder, path);
  const begin = beginOn("x:2,y:2", { row: "x", column: "y" });
  const devices = await simulator(defineMesh("x:2,y:2"));
  const layout = defineLayout<string, string>({
    dims,
    mesh: devices.mesh,
    rules: { row: "x", column: "y" },
  });
  const first = await (await devices.load(begin))();
  const run = await devices.load(lower(advance, { layout, inputs: [initial()] }));
  await saveCheckpoint(at, await run(first), { step: 7 });
  await devices.close();
  return at;
}

/** Devices that run nothing. */
const idle = (devices: Devices): Devices => ({
  ...devices,
  load: () => Promise.reject(new Error("nothing is to be run")),
});

describe("a tree that was saved", () => {
  it.each([
    ["", {}],
    ["x:2,y:2", { row: "x", column: "y" }],
    ["x:3", { column: "x" }],
    ["x:2,y:3", { row: "y" }],
  ])("is loaded on %s %j, and nothing is computed", async (mesh, rules) => {
    const checkpoint = await openCheckpoint(await saved(`on ${mesh} ${Object.keys(rules)}`));
    expect(checkpoint.metadata).toEqual({ step: 7 });
    expect(checkpoint.names).toEqual([
      "params/layers/0/w",
      "params/layers/1/w",
      "params/scale",
      "seen",
      "step",
    ]);
    const devices = await simulator(defineMesh(mesh));
    const state = await checkpoint.load(idle(devices), beginOn(mesh, rules));
    await checkpoint.close();
    expectTypeOf(state).toEqualTypeOf<Held<State>>();
    for (const [i, { w }] of state.params.layers.entries()) {
      const expected = Float32Array.from({ length: 15 }, (_, at) => {
        return Math.floor(at / 3) * (i + 1) + 0.5;
      });
      expect(await w.read()).toEqual(expected);
    }
    expect(await state.params.scale.number()).toBe(0.25);
    expect(await state.seen.read()).toEqual(new Uint8Array(5));
    expect(await state.step.number()).toBe(7);
    await devices.close();
  });

  it("is loaded in part where a part is wanted", async () => {
    const checkpoint = await openCheckpoint(await saved("part"));
    const layout = defineLayout({ dims, mesh: defineMesh({}), rules: {} });
    const devices = await simulator(layout.mesh as never);
    const wanted = lower(() => ({ params: { scale: ones([]) } }), { layout, inputs: [] });
    const { params } = await checkpoint.load(devices, wanted);
    expect(await params.scale.number()).toBe(0.25);
    await checkpoint.close();
    await devices.close();
  });

  it("is one tensor, too", async () => {
    const devices = await simulator(defineMesh({}));
    const layout = defineLayout({ dims, mesh: devices.mesh, rules: {} });
    const begin = lower(() => iota(row), { layout, inputs: [] });
    const path = join(folder, "alone");
    await saveCheckpoint(path, await (await devices.load(begin))());
    const checkpoint = await openCheckpoint(path);
    expect(await (await checkpoint.load(devices, begin)).read()).toEqual(
      Int32Array.of(0, 1, 2, 3, 4),
    );
    await checkpoint.close();
    await devices.close();
  });
});

/** A tensor on devices whose numbers count its elements in the order of `named`. */
const counting = (own: readonly Dimension[], named: readonly string[]): Source => ({
  box: (box) => {
    const steps = new Map<string, number>();
    let step = 1;
    for (const name of named.toReversed()) {
      steps.set(name, step);
      step *= own.find((d) => d.name === name)!.size;
    }
    const numbers: number[] = [];
    const visit = (d: number, at: number): void => {
      if (d === own.length) numbers.push(at);
      else {
        const { begin, size } = box[d]!;
        for (let i = begin; i < begin + size; i++) visit(d + 1, at + i * steps.get(own[d]!.name)!);
      }
    };
    visit(0, 0);
    return Float32Array.from(numbers);
  },
});

it("dims are matched by name: any order is read into any other, under any layout", async () => {
  const mesh = defineMesh({ x: 2, y: 3 });
  const devices = await simulator(mesh);
  const names = ["a", "b", "c"];
  const orders = fc.shuffledSubarray(names, { minLength: 3 });
  const rules = fc.dictionary(fc.constantFrom(...names), fc.constantFrom("x", "y"));
  let count = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.tuple(...names.map(() => fc.integer({ min: 1, max: 4 }))),
      fc.tuple(orders, orders),
      fc.tuple(rules, rules),
      async (sizes, [from, to], [before, after]) => {
        const all = Object.fromEntries(names.map((name, i) => [name, dimension(name, sizes[i]!)]));
        const begin = (order: readonly string[], own: Record<string, string>) =>
          lower(() => ({ x: ones(order.map((name) => all[name]!)) }), {
            layout: defineLayout<string, string>({ dims: all, mesh, rules: own }),
            inputs: [],
          });
        const put = (order: readonly string[], own: Record<string, string>) =>
          devices.putTree(begin(order, own), (_, x) => counting(Object.values(x.dims), names));
        const path = join(folder, `turned ${count++}`);
        await saveCheckpoint(path, await put(from, before));
        const checkpoint = await openCheckpoint(path);
        const loaded = await checkpoint.load(devices, begin(to, after));
        const expected = await put(to, after);
        expect(loaded.x.names).toEqual(to);
        expect(await loaded.x.read()).toEqual(await expected.x.read());
        await checkpoint.close();
      },
    ),
    { numRuns: draws(30) },
  );
  await devices.close();
});

const messageOf = async (action: () => unknown): Promise<string> => {
  try {
    await action();
  } catch (error) {
    return (error as Error).message.replaceAll(folder, "FOLDER");
  }
  return "nothing wrong";
};

describe("what is wrong is said", () => {
  it("of a state that is not the saved one, all at once, before anything is loaded", async () => {
    const checkpoint = await openCheckpoint(await saved("other"));
    const layout = defineLayout({ dims, mesh: defineMesh({}), rules: {} });
    const devices = await simulator(layout.mesh as never);
    const other = () => ({
      params: { layers: [{ w: zeros([row, dimension("column", 4)]) }], scales: zeros([]) },
      step: zeros([]),
    });
    const begin = lower(other, { layout, inputs: [] });
    expect(await messageOf(() => checkpoint.load(devices, begin))).toMatchInlineSnapshot(`
      "[bad-checkpoint] FOLDER/other holds other tensors than are wanted.
        params/layers/0/w  saved as f32[row=5, column=3], wanted f32[row=5, column=4]
        params/scales      not saved, wanted f32[]; there is params/scale
        step               saved as i32[], wanted f32[]"
    `);
    const unlowered = initial as never;
    expect(await messageOf(() => checkpoint.load(devices, unlowered))).toMatchInlineSnapshot(`
      "[bad-argument] load: 'begin' must be what lower gives, and is a function.
        at   tree.test.ts:0
        try  lower(fn, { layout, inputs })"
    `);
    const elsewhere = beginOn("x:2", {});
    expect(await messageOf(() => checkpoint.load(devices, elsewhere))).toMatchInlineSnapshot(`
      "[bad-mesh] the program was lowered for another mesh.
        program  x:2
        devices  one device
        at       tree.test.ts:0"
    `);
    await rm(join(folder, "other", "device-3.safetensors"));
    expect(await messageOf(() => checkpoint.load(devices, beginOn("", {})))).toMatch(
      /^\[bad-file\] .*device-3\.safetensors/,
    );
    expect((await devices.usage())[0]!.buffers).toBe(0);
    await checkpoint.close();
    await devices.close();
  });

  it("of a tree that is no state", async () => {
    const [one, two] = [await simulator(defineMesh("x:2")), await simulator(defineMesh({}))];
    const x = await one.put(placeholder([]) as never, { split: {}, partial: [] }, 1);
    const y = await two.put(placeholder([]) as never, { split: {}, partial: [] }, 1);
    const said = (state: object) =>
      messageOf(() => saveCheckpoint(join(folder, "no state"), state as { x: Sharded }));
    expect(await said({ x, step: 3 })).toMatchInlineSnapshot(`
      "[bad-argument] 'step' is a number: a checkpoint takes tensors on devices.
        try  saveCheckpoint(folder, state, { step }), where JSON can hold it"
    `);
    expect(await said(Promise.resolve({ x }))).toMatchInlineSnapshot(`
      "[bad-argument] the state is a promise: a checkpoint takes tensors on devices.
        try  await run(…)"
    `);
    expect(await said({ x: { w: placeholder([]) } })).toMatchInlineSnapshot(`
      "[bad-argument] 'x/w' is a tensor under trace, which holds no numbers: a checkpoint takes tensors on devices.
        try  what a run of the function gave"
    `);
    expect(await said({ "a/b": x, a: { b: x } })).toMatchInlineSnapshot(`
      "[bad-argument] 'a/b' is the path of two tensors: a checkpoint takes tensors on devices.
        try  other keys"
    `);
    const around: { x: Sharded; around?: object } = { x };
    around.around = around;
    expect(await said(around)).toMatchInlineSnapshot(`
      "[bad-argument] 'around' is within itself: a checkpoint takes tensors on devices.
        try  a tree"
    `);
    expect(await said({ x, made: new Map() })).toMatchInlineSnapshot(`
      "[bad-argument] 'made' is a Map: a checkpoint takes tensors on devices.
        try  saveCheckpoint(folder, state, { step }), where JSON can hold it"
    `);
    expect(await said({ x, [String.fromCharCode(0xd800)]: x })).toMatchInlineSnapshot(
      `"[bad-argument] a tensor cannot be written as "\\ud800": half a surrogate pair is in that name."`,
    );
    expect(await said({ x, __metadata__: x })).toMatchInlineSnapshot(
      `"[bad-argument] a tensor cannot be written as "__metadata__": the format itself has that name."`,
    );
    expect(await said({ x, y })).toMatchInlineSnapshot(`
      "[bad-argument] the tensors of a checkpoint lie on one mesh.
        meshes  x:2 and one device"
    `);
    y.dispose();
    expect(await said({ y })).toMatchInlineSnapshot(
      `
      "[bad-argument] 'y' is gone: it was disposed of: a checkpoint takes tensors on devices.
        try  dispose of it after its last use"
    `,
    );
    // @ts-expect-error a number is no tensor on devices
    const typed = () => saveCheckpoint(folder, { x, step: 3 });
    expect(typed).toBeTypeOf("function");
    await one.close();
    await two.close();
  });
});
