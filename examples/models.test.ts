import { join } from "node:path";
import { expect, test } from "vitest";
import { root, runNode } from "../packages/mtf/test/support/page.ts";

/** The losses that an example prints. */
async function lossesOf(name: string, ...args: string[]) {
  const output = await runNode(["--import", "tsx", join(root, "examples", `${name}.ts`), ...args]);
  return [...output.matchAll(/loss (\S+)/g)].map((m) => Number(m[1]));
}

/** Each example, what part of its first loss is left at the end, and another layout. */
test.each([
  ["08-convolutional-classifier", 0.1, "row:data,column:model"],
  ["09-character-gru", 0.1, "batch:model,letter:data"],
  ["10-masked-words", 0.25, "batch:model,vocab:data"],
  ["11-mixture-of-experts", 0.05, "batch:data,expert:data,ff:model"],
  ["12-variational-autoencoder", 0.3, "pixel:data,latent:model"],
])(
  "%s learns, and the same under another layout",
  async (name, part, layout) => {
    const losses = await lossesOf(name);
    expect(losses.length).toBeGreaterThan(3);
    expect(losses.at(-1)).toBeLessThan(part * losses[0]!);
    const others = await lossesOf(name, layout);
    expect(others).toHaveLength(losses.length);
    others.forEach((loss, i) => {
      expect(Math.abs(loss - losses[i]!)).toBeLessThan(2e-4);
    });
  },
  60_000,
);
