import {
  defineDims,
  defineLayout,
  defineMesh,
  placeholder,
  softmaxCrossEntropy,
  sum,
  type Tensor,
  valueAndGrad,
} from "mtf";
import { expect, test } from "vitest";
import { readFloat64 } from "../../src/runtime/sharded.ts";
import { simulator } from "../../src/simulator.ts";
import { lower } from "../../src/spmd/index.ts";

// Programs that layout cases found wrong once.

test("layout: the label of a split cross entropy lies in another device's slice", async () => {
  const dims = defineDims({ row: 3, vocab: 5 });
  const { row, vocab } = dims;
  const loss = (logits: Tensor<"row" | "vocab">, label: Tensor<"row", "int32">) =>
    sum(softmaxCrossEntropy(logits, label, "vocab"));
  const mesh = defineMesh("p:2");
  const layout = defineLayout({ dims, mesh, rules: { vocab: "p" } });
  const lowered = lower(valueAndGrad(loss), {
    layout,
    inputs: [placeholder([row, vocab]), placeholder([row], "int32")],
  });
  const devices = await simulator(mesh);
  const run = await devices.load(lowered);
  // One label on each device, and one outside.
  const [, gradient] = await run(new Float32Array(15), Int32Array.of(4, 0, 5));
  const share = 1 / 5;
  const expected = [
    ...[share, share, share, share, share - 1],
    ...[share - 1, share, share, share, share],
    ...[0, 0, 0, 0, 0],
  ];
  (await readFloat64(gradient)).forEach((x, i) => void expect(x).toBeCloseTo(expected[i]!, 12));
  await devices.close();
});
