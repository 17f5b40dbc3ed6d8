import { expect, test } from "vitest";
import { dimension } from "../dimension.ts";
import { defineLayout, defineMesh, fold, key, lower, placeholder, uniform } from "../index.ts";
import { simulator } from "../simulator.ts";
import { drawUniform, uniformAt } from "./draw.ts";

test("the host draws what devices draw", async () => {
  const vocab = dimension("vocab", 97);
  const devices = await simulator(defineMesh({ model: 2 }));
  const layout = defineLayout({ dims: { vocab }, mesh: devices.mesh, rules: { vocab: "model" } });
  const scalar = placeholder([], "int32");
  for (const seed of [0, 2 ** 40 + 5]) {
    const run = await devices.load(
      lower((a, b) => uniform(fold(fold(key(seed), a), b), [vocab]), {
        layout,
        inputs: [scalar, scalar] as const,
      }),
    );
    for (const folded of [
      [7, 2],
      [-3, 1000],
    ] as const) {
      const drawn = await run(folded[0], folded[1]);
      const numbers = drawUniform(seed, folded, 97);
      expect(numbers).toEqual(await drawn.read());
      expect(Float32Array.from(numbers.keys(), uniformAt(seed, folded))).toEqual(numbers);
    }
  }
  await devices.close();
});
