import { expect, test } from "vitest";
import { findBlas } from "../backend/wasm/blas/find.ts";
import {
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  lower,
  placeholder,
  type Tensor,
} from "../index.ts";
import { coresOfMachine } from "../machine.ts";
import { simulator } from "../simulator.ts";
import { workers } from "../workers.ts";

const here = findBlas({ threads: 1, alone: false });
if (!here)
  console.warn("SKIPPED: no BLAS is here, so that workers are not compared by its products");

/** A product that takes one thread on each device, and one that takes all that the device has. */
const products = [
  { m: 68, k: 70, n: 66 },
  { m: 520, k: 530, n: 510 },
];

test.skipIf(!here).for(["data:1", "data:2", "data:2,model:2"])(
  "on the mesh %s, workers and the simulator get the same bits of a BLAS",
  async (axes) => {
    const mesh = defineMesh<string>(axes);
    const devices = [await simulator(mesh, { backend: "wasm" }), await workers(mesh)];
    try {
      const [one, other] = devices.map(({ variant }) => variant);
      expect(one).toBe(other);
      const threads = Math.max(1, Math.floor(coresOfMachine() / mesh.size));
      expect(one).toContain(`+${here!.variant.replace(/-1t$/, `-${threads}t`)}`);

      for (const sizes of products) {
        const dims = defineDims(sizes);
        const rules = { m: "data", ...(axes.includes("model") && { n: "model" }) };
        const layout = defineLayout<string, string>({ dims, mesh, rules });
        const inputs = [placeholder([dims.m, dims.k]), placeholder([dims.k, dims.n])] as const;
        const fn = (a: Tensor<"m" | "k">, b: Tensor<"k" | "n">) => einsum(a, b, "m", "n");
        const lowered = lower(fn, { layout, inputs });
        const [x, y] = [sizes.m * sizes.k, sizes.k * sizes.n].map((count, seed) =>
          Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i * i)),
        );
        const [given, expected] = await Promise.all(
          devices.map(async (mine) => {
            const loaded = await mine.load(lowered);
            return (await loaded(x!, y!)).read();
          }),
        );
        expect(bits(given!)).toEqual(bits(expected!));
      }
    } finally {
      await Promise.all(devices.map((mine) => mine.close()));
    }
  },
);

const bits = (numbers: ArrayLike<number>) =>
  Buffer.from(Float32Array.from(numbers).buffer).toString("base64");
