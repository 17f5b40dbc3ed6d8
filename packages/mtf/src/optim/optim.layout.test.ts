import { afterAll, describe, expect, it } from "vitest";
import { numbers } from "../../test/numeric.ts";
import { type AnyTensor, isTensor, type Tensor } from "../graph/tensor.ts";
import {
  adafactor,
  adafactorState,
  adagrad,
  adagradState,
  clipAdaptively,
  defineDims,
  defineLayout,
  defineMesh,
  ema,
  leavesOf,
  lion,
  lionState,
  lower,
  muon,
  muonState,
  placeholder,
  rmsprop,
  rmspropState,
} from "../index.ts";
import type { Devices, Sharded } from "../runtime/devices.ts";
import { simulator } from "../simulator.ts";

// Uneven sizes: slices of three and of two, and factors of both large dims.
const dims = defineDims({ a: 5, b: 7, stack: 3 });
const { a, b, stack } = dims;
const params = { w: placeholder([stack, a, b]), bias: placeholder([b]) };
type Params = typeof params;

const data = [numbers(105, 1), numbers(7, 2), numbers(105, 3), numbers(7, 4)];
const mesh = defineMesh("r:2,c:2");
const layouts = [{}, { a: "r" }, { b: "c" }, { a: "r", b: "c" }, { stack: "r", b: "c" }] as const;

function twice<State>(
  begin: (p: Params) => State,
  step: (state: State, gradient: Params) => State,
): (p: Params, g: Params) => State {
  return (p, g) => step(step(begin(p), g), g);
}

const matrix = { inputs: ["a"], outputs: ["b"] };

const optimizers = {
  lion: twice(lionState<Params>, (s, g) => lion(s, g, { rate: 0.1, decay: 0.1 })),
  rmsprop: twice(rmspropState<Params>, (s, g) => rmsprop(s, g, { rate: 0.1 })),
  adagrad: twice(adagradState<Params>, (s, g) => adagrad(s, g, { rate: 0.1 })),
  adafactor: twice(
    (p: Params) => adafactorState(p, { minDimSizeToFactor: 4, momentum: true }),
    (s, g) => adafactor(s, g, { rate: 0.1, decay: 0.01 }),
  ),
  muon: twice(
    (p: Params) => muonState(p.w),
    (s, g) => muon(s, g.w, { rate: 0.1, sides: () => matrix }),
  ),
  clipAdaptively: (p: Params, g: Params) => clipAdaptively(g, p, 0.1),
  ema: (p: Params, g: Params) => ema(p, g, { keep: 0.9 }),
} as const;

const devices: Devices = await simulator(mesh, { backend: "cpu" });
afterAll(() => devices.close());

async function results(name: keyof typeof optimizers, rules: object): Promise<number[][]> {
  const layout = defineLayout({ dims, mesh, rules: rules as never });
  const fn = optimizers[name] as (p: Params, g: Params) => unknown;
  const listed = (...xs: Tensor<string>[]): AnyTensor[] => {
    const tree = (w: unknown, bias: unknown) => ({ w, bias }) as unknown as Params;
    return leavesOf(fn(tree(xs[0], xs[1]), tree(xs[2], xs[3])), isTensor).map(([, x]) => x);
  };
  const inputs = [params.w, params.bias, params.w, params.bias] as const;
  const run = await devices.load(lower(listed as never, { layout, inputs: inputs as never }));
  const given = data.map((x) => Float32Array.from(x)) as unknown as Parameters<typeof run>;
  const shards = (await run(...given)) as unknown as Sharded[];
  const read = [];
  for (const shard of shards) read.push([...(await shard.read())]);
  await run.unload();
  return read;
}

describe("an optimizer steps alike under every layout", () => {
  it.each(Object.keys(optimizers) as (keyof typeof optimizers)[])("%s", async (name) => {
    const [unsplit, ...split] = await Promise.all(layouts.map((rules) => results(name, rules)));
    expect(unsplit!.flat().every(Number.isFinite)).toBe(true);
    for (const one of split) {
      for (const [i, values] of unsplit!.entries()) {
        for (const [j, x] of values.entries()) expect(one[i]![j]).toBeCloseTo(x, 5);
      }
    }
  });
});
