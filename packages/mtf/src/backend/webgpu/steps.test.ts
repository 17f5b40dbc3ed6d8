import { afterEach, describe, expect, test, vi } from "vitest";
import { gpuFor } from "../../../test/support/gpuFor.ts";
import {
  type AdamState,
  accumulate,
  adam,
  adamState,
  add,
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  gather,
  gelu,
  ledger,
  lower,
  mapOver,
  mean,
  placeholder,
  softmaxCrossEntropy,
  sum,
  type Tensor,
  valueAndGrad,
} from "../../index.ts";
import { isSharded } from "../../runtime/sharded.ts";
import { simulator } from "../../simulator.ts";
import type { Backend } from "../backend.ts";
import { openBackend } from "../open.ts";

const gpu = await gpuFor("training on several devices");

const dims = defineDims({ batch: 4, micro: 3, word: 23, embd: 8, hidden: 10 });
const { batch, micro, word, embd, hidden } = dims;

interface Params {
  readonly table: Tensor<"word" | "embd">;
  readonly up: Tensor<"embd" | "hidden">;
  readonly down: Tensor<"hidden" | "embd">;
}

type Ids = Tensor<"batch" | "micro", "int32">;
type Row = Tensor<"batch", "int32">;

function loss(p: Params, ids: Row, labels: Row) {
  const x = gather(p.table, ids, "word");
  const h = einsum(gelu(einsum(x, p.up, "batch", "hidden")), p.down, "batch", "embd");
  return mean(softmaxCrossEntropy(einsum(h, p.table, "batch", "word"), labels, "word"), "batch");
}

/** A step in microbatches, which do not lie together, and a loop that stacks what it makes. */
function step(state: AdamState<Params>, ids: Ids, labels: Ids) {
  const { params } = state;
  const parts = (i: Row, l: Row) => valueAndGrad(loss)(params, i, l);
  const [value, gradient] = accumulate(micro, parts, ids, labels);
  const rows = mapOver(micro, (i: Row) => gather(params.table, i, "word"), ids);
  return [
    adam(state, gradient, { rate: 1e-2 }),
    add(value, sum(rows, "batch", "micro", "embd")),
  ] as const;
}

const wave = (size: number, phase: number) =>
  Float32Array.from({ length: size }, (_, i) => 0.5 * Math.sin(phase + 1.7 * i));

const split = { hidden: "p", word: "p" };
const resting = { params: split, mean: split, variance: split };

const layouts = [
  ["p:2", { batch: "p" }, {}],
  ["p:2", { hidden: "p", word: "p" }, {}],
  ["p:2", { batch: "p" }, resting],
  ["p:2,q:2", { batch: "p", hidden: "q" }, {}],
] as const;

/** The losses of two steps, what all devices received, and how many buffers were read back meanwhile. */
async function train(backend: Backend, axes: string, rules: object, storage: object) {
  const mesh = defineMesh(axes);
  const devices = await simulator(mesh, { backend });
  const params = {
    table: placeholder([word, embd]),
    up: placeholder([embd, hidden]),
    down: placeholder([hidden, embd]),
  };
  const lowered = lower(step, {
    layout: defineLayout({ dims, mesh, rules: rules as never, storage: storage as never }),
    inputs: [
      adamState(params),
      placeholder([batch, micro], "int32"),
      placeholder([batch, micro], "int32"),
    ] as never,
    donate: [0],
  });
  const run = await devices.load(lowered);
  const sizes = { table: 23 * 8, up: 80, down: 80 };
  const each = (of: (size: number, i: number) => Float32Array) =>
    Object.fromEntries(Object.entries(sizes).map(([key, size], i) => [key, of(size, i)]));
  const zeros = each((size) => new Float32Array(size));
  const ids = Int32Array.from({ length: 12 }, (_, i) => (i * 7) % 23);
  const labels = Int32Array.from({ length: 12 }, (_, i) => (i * 5 + 1) % 23);
  type Fed = Parameters<typeof run>[0];
  let state: unknown = { params: each(wave), mean: zeros, variance: zeros, step: 0 };
  const values: number[] = [];
  const mapped = vi.spyOn(GPUBuffer.prototype, "mapAsync");
  let readBack = 0;
  for (let i = 0; i < 2; i++) {
    mapped.mockClear();
    const [next, value] = await run(state as Fed, ids, labels);
    // What is read of a run is there when the run has ended.
    await devices.usage();
    readBack += mapped.mock.calls.length;
    values.push(await value.number());
    state = next;
  }
  const learnt = await Promise.all(
    Object.values((state as { params: object }).params)
      .filter(isSharded)
      .map(async (param) => [...(await param.read())]),
  );
  expect(learnt).toHaveLength(3);
  const received = (await devices.usage()).reduce(
    (bytes, device) => bytes + device.bytesReceived,
    0,
  );
  await devices.close();
  return {
    values: [values, learnt],
    readBack,
    received,
    ledger: 2 * ledger(lowered.program).bytes,
  };
}

describe.skipIf(!gpu)("steps of devices that share a GPU", () => {
  afterEach(() => void vi.restoreAllMocks());

  test.each(layouts)(
    "%s %j %j: nothing is read back, and bits are the host's",
    async (...given) => {
      const [here, there] = [await openBackend("webgpu"), await openBackend("webgpu")];
      const own = await train(here, ...given);
      const through = await train({ ...there, within: undefined }, ...given);
      expect(own.readBack).toBe(0);
      expect(through.readBack).toBeGreaterThan(0);
      expect(own.values).toEqual(through.values);
      expect(own.received).toBe(own.ledger);
      expect(through.received).toBe(own.ledger);
    },
  );
});
