import * as fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { numbers } from "../../test/numeric.ts";
import { type AnyTensor, isTensor, type Tensor } from "../graph/tensor.ts";
import {
  adafactor,
  adafactorState,
  adagrad,
  adagradState,
  adam,
  adamState,
  adamw,
  clipAdaptively,
  defineDims,
  defineLayout,
  defineMesh,
  ema,
  leavesOf,
  lion,
  lionState,
  lower,
  momentum,
  momentumState,
  muon,
  muonState,
  placeholder,
  rmsprop,
  rmspropState,
  sgd,
} from "../index.ts";
import type { Devices, Sharded } from "../runtime/devices.ts";
import { simulator } from "../simulator.ts";
import { draws } from "../testing/draws.ts";

// Uneven sizes: slices of three and of two, and factors of both large dims.
const dims = defineDims({ a: 5, b: 7, stack: 3 });
const { a, b, stack } = dims;
const params = { w: placeholder([stack, a, b]), bias: placeholder([b]) };
type Params = typeof params;

const data = [numbers(105, 1), numbers(7, 2), numbers(105, 3), numbers(7, 4)];
/** A mesh, rules for dims, for parameters at rest, and how many steps. */
interface Drawn {
  readonly mesh: string;
  readonly rules: Readonly<Record<string, readonly string[]>>;
  readonly storage: Readonly<Record<string, readonly string[]>>;
  readonly steps: number;
}

const axes = fc.constantFrom(["r"], ["c"], ["r", "c"], ["c", "r"]);
const rules = fc.dictionary(fc.constantFrom("a", "b", "stack"), axes, { maxKeys: 3 });
const layouts: fc.Arbitrary<Drawn> = fc.record({
  mesh: fc.constantFrom("r:2,c:2", "r:3,c:1", "r:1,c:4"),
  rules,
  storage: rules,
  steps: fc.integer({ min: 1, max: 3 }),
});

function stepping<State>(
  begin: (p: Params) => State,
  step: (state: State, gradient: Params) => State,
): (p: Params, g: Params, steps: number) => State {
  return (p, g, steps) => {
    return Array.from({ length: steps }).reduce<State>((state) => step(state, g), begin(p));
  };
}

const matrix = { inputs: ["a"], outputs: ["b"] };

const optimizers = {
  sgd: stepping(
    (p: Params) => p,
    (p, g) => sgd(p, g, { rate: 0.1 }),
  ),
  momentum: stepping(momentumState<Params>, (s, g) => momentum(s, g, { rate: 0.1 })),
  adam: stepping(adamState<Params>, (s, g) => adam(s, g, { rate: 0.1 })),
  adamw: stepping(adamState<Params>, (s, g) => adamw(s, g, { rate: 0.1, decay: 0.1 })),
  lion: stepping(lionState<Params>, (s, g) => lion(s, g, { rate: 0.1, decay: 0.1 })),
  rmsprop: stepping(rmspropState<Params>, (s, g) => rmsprop(s, g, { rate: 0.1 })),
  adagrad: stepping(adagradState<Params>, (s, g) => adagrad(s, g, { rate: 0.1 })),
  adafactor: stepping(
    (p: Params) => adafactorState(p, { minDimSizeToFactor: 4, momentum: true }),
    (s, g) => adafactor(s, g, { rate: 0.1, decay: 0.01 }),
  ),
  muon: stepping(
    (p: Params) => muonState(p.w),
    (s, g) => muon(s, g.w, { rate: 0.1, sides: () => matrix }),
  ),
  clipAdaptively: (p: Params, g: Params) => clipAdaptively(g, p, 0.1),
  ema: (p: Params, g: Params) => ema(p, g, { keep: 0.9 }),
} as const;

const devices = new Map<string, Devices>();
for (const axes of ["all:1", "r:2,c:2", "r:3,c:1", "r:1,c:4"]) {
  devices.set(axes, await simulator(defineMesh(axes), { backend: "cpu" }));
}
afterAll(async () => {
  for (const each of devices.values()) await each.close();
});

async function results(
  name: keyof typeof optimizers,
  { mesh, rules, storage, steps }: Drawn,
): Promise<number[][]> {
  const on = devices.get(mesh)!;
  const resting = Object.keys(storage).length > 0 ? { "0": storage, "1": storage } : {};
  const layout = defineLayout({
    ...{ dims, mesh: on.mesh, rules: rules as never },
    storage: resting as never,
  });
  const fn = optimizers[name] as (p: Params, g: Params, steps: number) => unknown;
  const listed = (...xs: Tensor<string>[]): AnyTensor[] => {
    const tree = (w: unknown, bias: unknown) => ({ w, bias }) as unknown as Params;
    const made = fn(tree(xs[0], xs[1]), tree(xs[2], xs[3]), steps);
    return leavesOf(made, isTensor).map(([, x]) => x);
  };
  const inputs = [params.w, params.bias, params.w, params.bias] as const;
  const run = await on.load(lower(listed as never, { layout, inputs: inputs as never }));
  const given = data.map((x) => Float32Array.from(x)) as unknown as Parameters<typeof run>;
  const shards = (await run(...given)) as unknown as Sharded[];
  const read = [];
  for (const shard of shards) {
    read.push([...(await shard.read())]);
    shard.dispose();
  }
  await run.unload();
  return read;
}

const seed = Number(process.env.MTF_SEED ?? 1);
const cases = Number(process.env.MTF_CASES ?? draws(12));

describe("an optimizer steps alike under every layout", () => {
  it.each(Object.keys(optimizers) as (keyof typeof optimizers)[])("%s", async (name) => {
    const property = fc.asyncProperty(layouts, async (drawn) => {
      const unsplit = await results(name, { ...drawn, mesh: "all:1", rules: {}, storage: {} });
      const split = await results(name, drawn);
      expect(unsplit.flat().every(Number.isFinite)).toBe(true);
      expect(split.length).toBe(unsplit.length);
      for (const [i, values] of unsplit.entries()) {
        expect(split[i]!.length).toBe(values.length);
        for (const [j, x] of values.entries()) expect(split[i]![j]).toBeCloseTo(x, 5);
      }
    });
    await fc.assert(property, { numRuns: cases, seed });
  });
});
