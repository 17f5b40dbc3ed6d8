import { expect, test } from "vitest";
import type { BackendName } from "../../src/backend/open.ts";
import {
  type AdamState,
  adam,
  adamState,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  gather,
  gelu,
  layerNorm,
  lower,
  mean,
  placeholder,
  softmaxCrossEntropy,
  type Tensor,
  valueAndGrad,
} from "../../src/index.ts";
import { simulator } from "../../src/simulator.ts";
import { backendsOr, roundings } from "../support/backends.ts";

const dims = defineDims({ batch: 7, word: 23, embd: 12, hidden: 20 });
const { batch, word, embd, hidden } = dims;
const steps = 200;

interface Params {
  readonly table: Tensor<"word" | "embd">;
  readonly gain: Tensor<"embd">;
  readonly up: Tensor<"embd" | "hidden">;
  readonly down: Tensor<"hidden" | "embd">;
}

type Ids = Tensor<"batch", "int32">;

/** A table of words, a layer norm, two products and the table again: what a language model is made of. */
function loss(p: Params, ids: Ids, labels: Ids) {
  const x = gather(p.table, ids, "word");
  const h = gelu(einsum(layerNorm(x, p.gain, p.gain, "embd"), p.up, "batch", "hidden"));
  const logits = einsum(einsum(h, p.down, "batch", "embd"), p.table, "batch", "word");
  return mean(softmaxCrossEntropy(logits, labels, "word"), "batch");
}

function step(state: AdamState<Params>, ids: Ids, labels: Ids) {
  const [value, gradient] = valueAndGrad(loss)(state.params, ids, labels);
  return [adam(state, gradient, { rate: 1e-3 }), value] as const;
}

const wave = (size: number, phase: number) =>
  Float32Array.from({ length: size }, (_, i) => 0.5 * Math.sin(phase + 1.7 * i));

/** The losses of training on a mesh, and what the devices held after the first step and the last. */
async function train(backend: BackendName, axes: string, rules: object) {
  const mesh = defineMesh(axes);
  const devices = await simulator(mesh, { backend });
  const params = {
    table: placeholder([word, embd]),
    gain: placeholder([embd]),
    up: placeholder([embd, hidden]),
    down: placeholder([hidden, embd]),
  };
  const run = await devices.load(
    lower(step, {
      layout: defineLayout({ dims, mesh, rules: rules as never }),
      inputs: [
        adamState(params),
        placeholder([batch], "int32"),
        placeholder([batch], "int32"),
      ] as never,
      donate: [0],
    }),
  );
  const sizes = { table: 23 * 12, gain: 12, up: 12 * 20, down: 20 * 12 };
  const each = (of: (size: number, i: number) => Float32Array) =>
    Object.fromEntries(Object.entries(sizes).map(([key, size], i) => [key, of(size, i)]));
  const zeros = each((size) => new Float32Array(size));
  const first = { params: each(wave), mean: zeros, variance: zeros, step: 0 };
  const ids = Int32Array.of(3, 1, 4, 1, 5, 9, 2);
  const labels = Int32Array.of(1, 4, 1, 5, 9, 2, 6);
  type Fed = Parameters<typeof run>[0];
  let state: unknown = first;
  const losses: number[] = [];
  const held: unknown[] = [];
  for (let i = 0; i < steps; i++) {
    const [next, value] = await run(state as Fed, ids, labels);
    state = next;
    losses.push(await value.number());
    const usage = await devices.usage();
    held.push(usage.map(({ buffers, bytes }) => ({ buffers, bytes })));
  }
  await devices.close();
  return { losses, held };
}

const [backend] = backendsOr("wasm") as [BackendName];
const truth = (await train("reference", "p:1", {})).losses;

test.each([
  ["p:1", {}],
  ["p:2", { batch: "p" }],
  ["p:2,q:3", { batch: "p", hidden: "q", word: "q" }],
])(
  "200 steps on %s lose what the reference loses, and hold no more than the first",
  async (axes, rules) => {
    const { losses, held } = await train(backend, axes, rules);
    expect(truth.at(-1)!).toBeLessThan(0.5 * truth[0]!);
    losses.forEach((loss, i) => {
      // Each step adds roundings to the parameters, of some hundred terms each.
      const bound = 512 * (i + 1) * roundings[backend];
      expect(Math.abs(loss - truth[i]!), `step ${i + 1}`).toBeLessThanOrEqual(bound);
    });
    expect(held.at(-1)).toEqual(held[1]);
  },
);
