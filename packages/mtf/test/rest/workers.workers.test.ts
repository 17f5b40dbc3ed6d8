import { expect, test } from "vitest";
import {
  defineDims,
  defineLayout,
  defineMesh,
  einsum,
  ledger,
  lower,
  placeholder,
  type Tensor,
} from "../../src/index.ts";
import { simulator } from "../../src/simulator.ts";
import { workers } from "../../src/workers.ts";

const dims = defineDims({ batch: 4, in: 37, out: 23 });
const mesh = defineMesh("x:2");

test("on workers, what rests narrow moves and gives the bits that it does in one thread", async () => {
  const rests = ["bfloat16", "float16", { dtype: "int8", scales: [dims.out] }] as const;
  const devices = [await simulator(mesh, { backend: "wasm" }), await workers(mesh)];
  for (const rest of rests) {
    const x = placeholder([dims.batch, dims.in]);
    const w = placeholder([dims.in, dims.out], { rest });
    const layout = defineLayout<string, string>({
      dims,
      mesh,
      rules: { batch: "x" },
      storage: { 1: { in: "x" } },
    });
    const fn = (a: typeof x, b: Tensor<"in" | "out">) => [
      einsum([a, b], [dims.batch, dims.out]),
      b,
    ];
    const lowered = lower(fn, { layout, inputs: [x, w] });
    const numbers = [dims.batch, dims.out].map(({ size }, seed) =>
      Float32Array.from({ length: size * dims.in.size }, (_, i) => Math.sin(seed + i * i)),
    );
    const given: Float32Array[][] = [];
    for (const mine of devices) {
      const before = (await mine.usage()).reduce((sum, d) => sum + d.bytesReceived, 0);
      const run = await mine.load(lowered);
      const result = (await run(numbers[0]!, numbers[1]!)) as unknown as {
        read(): Promise<Float32Array>;
      }[];
      given.push(await Promise.all(result.map((held) => held.read())));
      const after = (await mine.usage()).reduce((sum, d) => sum + d.bytesReceived, 0);
      expect(after - before).toBe(ledger(lowered.program).bytes);
    }
    expect(given[1]).toEqual(given[0]);
  }
  for (const mine of devices) await mine.close();
});
