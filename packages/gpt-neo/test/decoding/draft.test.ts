import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { afterAll, describe, expect, it } from "vitest";
import { parseConfig } from "../../src/config/index.ts";
import { generateAll } from "../../src/generate/all.ts";
import type { GenerateAllSettings } from "../../src/generate/options/settings.ts";
import { layouts } from "../hugging-face/layouts.ts";
import { randomModel } from "../support/random-model.ts";

const opened: Devices[] = [];
afterAll(async () => {
  for (const devices of opened) await devices.close();
});

// Both have windows, and rings of their own sizes. The draft's weights are the first of the model's.
const sizes = { hidden_size: 24, num_heads: 3, vocab_size: 31, initializer_range: 0.2 };
const config = parseConfig({
  ...{ ...sizes, num_layers: 3, max_position_embeddings: 120, window_size: 7 },
  attention_types: [
    [["global", "local"], 1],
    [["local"], 1],
  ],
});
const smaller = parseConfig({
  ...{ ...sizes, num_layers: 1, max_position_embeddings: 120, window_size: 9 },
  attention_types: [[["local"], 1]],
});
const prompts = [[3, 1], Array.from({ length: 70 }, (_, i) => (i * i) % 31), [7]];
const cases: Readonly<Record<string, GenerateAllSettings>> = {
  greedy: { doSample: false },
  drawn: { doSample: true, seed: 4, topK: 12, numReturnSequences: 2 },
  "with penalties": { doSample: false, repetitionPenalty: 1.3, noRepeatNgramSize: 3 },
};

describe.each([...["one device", "both", "sequence and memory split", "uneven in three"]])(
  "with a draft, %s",
  async (name) => {
    const at = layouts[name]!;
    // In float64 what is computed of several ids at once is what is computed of one.
    const devices = await simulator(defineMesh(at.mesh));
    opened.push(devices);
    const model = { ...(await randomModel(devices, at, config)), ends: [5] };
    const draft = await randomModel(devices, at, smaller);

    it.each(Object.keys(cases))("the texts are those without: %s", async (kind) => {
      let passes = 0;
      const { decoding } = model;
      const counting = {
        ...decoding,
        extend: (...of: Parameters<typeof decoding.extend>) => {
          passes++;
          return decoding.extend(...of);
        },
        extendByEach: (...of: Parameters<typeof decoding.extend>) => {
          passes++;
          return decoding.extendByEach(...of);
        },
      };
      const settings = { ...cases[kind], maxNewTokens: 40, slide: true };
      const made = async (more: GenerateAllSettings) => {
        passes = 0;
        const texts = await generateAll({ ...model, decoding: counting }, prompts, {
          ...settings,
          ...more,
        });
        return { texts: texts.map((all) => all.map(({ ids }) => ids)), passes };
      };
      const plain = await made({});
      const drafted = await made({ draft, draftTokens: 3 });
      expect(drafted.texts).toEqual(plain.texts);
      expect(plain.texts.flat(2).length).toBeGreaterThan(40);
      expect(drafted.passes).toBeLessThan(plain.passes);
    });
  },
);

describe("a draft", async () => {
  const at = layouts["one device"]!;
  const devices = await simulator(defineMesh(at.mesh));
  opened.push(devices);
  const model = { ...(await randomModel(devices, at, config)), ends: [] };

  it.each([
    [{ vocab_size: 32 }, {}, "the draft cannot guess for the model: it has another vocabulary"],
    [{}, { numBeams: 2 }, "a draft guesses one text, and does not follow beams"],
    [{}, { draftTokens: 64 }, "draftTokens is 64, and must be a whole number from 1 to 63"],
  ])("%j with %j is refused", async (other, settings, sentence) => {
    const written = { ...sizes, ...other, num_layers: 1, max_position_embeddings: 64 };
    const draft = await randomModel(devices, at, parseConfig(written));
    await expect(generateAll(model, [[1]], { draft, ...settings })).rejects.toThrow(sentence);
  });

  it("that is no model is refused", async () => {
    const draft = "gpt-neo-125m" as never;
    await expect(generateAll(model, [[1]], { draft })).rejects.toThrow("a loaded model");
  });
});
