import fc from "fast-check";
import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { afterAll, expect, it } from "vitest";
import { parseConfig } from "../../src/config/index.ts";
import { logSoftmax } from "../../src/generate/log-softmax.ts";
import { likelihoods } from "../../src/score/likelihoods.ts";
import { layouts } from "../hugging-face/layouts.ts";
import { randomModel } from "../support/random-model.ts";
import { uncachedLogits } from "../support/uncached-logits.ts";

const config = parseConfig({
  ...{ hidden_size: 6, num_layers: 2, num_heads: 3, vocab_size: 13, initializer_range: 0.4 },
  ...{ max_position_embeddings: 40, window_size: 20 },
  attention_types: [[["local", "global"], 1]],
});
const opened: Devices[] = [];
afterAll(async () => {
  for (const devices of opened) await devices.close();
});

async function modelAt(name: string) {
  const devices = await simulator(defineMesh(layouts[name]!.mesh));
  opened.push(devices);
  return randomModel(devices, layouts[name]!, config);
}

const ids = (most: number) => fc.array(fc.nat(12), { minLength: 1, maxLength: most });
const continuations = fc.array(fc.oneof(ids(1), ids(6), ids(40)), { minLength: 1, maxLength: 5 });

it.each(["one device", "both"])(
  "each id counts by what follows all before it, %s",
  async (name) => {
    const model = await modelAt(name);
    const following = uncachedLogits(model);
    const property = fc.asyncProperty(ids(60), continuations, async (context, all) => {
      const found = await likelihoods(model, context, all);
      for (const [i, continuation] of all.entries()) {
        // Of more than the model sees, the beginning is left out for all its ids alike.
        const seen = [...context, ...continuation].slice(-model.context - 1);
        let sum = 0;
        for (let at = seen.length - continuation.length; at < seen.length; at++) {
          sum += logSoftmax(await following(seen.slice(0, at)))[seen[at]!]!;
        }
        expect(found[i]).toBeCloseTo(sum, 5);
      }
    });
    await fc.assert(property, {
      numRuns: 10,
      examples: [
        [
          [1, 2],
          [[3], [4]],
        ],
      ],
    });
  },
);

it("goes through the context once, and labels of one id cost nothing more", async () => {
  const model = await modelAt("one device");
  const lengths: (readonly [rows: number, length: number])[] = [];
  const { decoding } = model;
  const counting = {
    ...decoding,
    extend: (...of: Parameters<typeof decoding.extend>) => {
      lengths.push([of[0].rows, of[1]]);
      return decoding.extend(...of);
    },
    extendByEach: (...of: Parameters<typeof decoding.extend>) => {
      lengths.push([of[0].rows, of[1]]);
      return decoding.extendByEach(...of);
    },
  };
  const context = Array.from({ length: 16 }, (_, i) => i % 13);
  await likelihoods({ ...model, decoding: counting }, context, [[1], [2], [3]]);
  expect(lengths).toEqual([[1, 16]]);
  lengths.length = 0;
  await likelihoods({ ...model, decoding: counting }, context, [[1], [2, 3], [4, 5, 6, 7]]);
  expect(lengths).toEqual([
    [1, 16],
    [2, 4],
  ]);
});
