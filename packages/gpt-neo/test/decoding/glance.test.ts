import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { afterAll, describe, expect, it } from "vitest";
import { type Config, parseConfig } from "../../src/config/index.ts";
import { cachedLogits } from "../../src/generate/cached-logits.ts";
import { askedOf } from "../../src/generate/options/asked.ts";
import type { GenerateAllSettings } from "../../src/generate/options/settings.ts";
import type { FoundBy } from "../../src/generate/search/together.ts";
import { together } from "../../src/generate/search/together.ts";
import { searchOf } from "../../src/generate/search-of.ts";
import { pagedLogits } from "../../src/serve/paged/paged-logits.ts";
import { scheduler } from "../../src/serve/scheduler.ts";
import { layouts } from "../hugging-face/layouts.ts";
import { eachOf } from "../support/each-of.ts";
import { randomModel } from "../support/random-model.ts";

const vocabulary = 4099;
const configOf = (initializer_range: number): Config =>
  parseConfig({
    ...{ hidden_size: 6, num_layers: 1, num_heads: 2, vocab_size: vocabulary, initializer_range },
    ...{ max_position_embeddings: 40, attention_types: [[["global"], 1]] },
  });

const opened: Devices[] = [];
afterAll(async () => {
  for (const devices of opened) await devices.close();
});

/** Two models with the same programs: one knows what it wants, to the other all ids are alike. */
async function modelsAt(layout: string) {
  const at = layouts[layout]!;
  const devices = await simulator(defineMesh(at.mesh), { backend: "wasm" });
  opened.push(devices);
  const clear = await randomModel(devices, at, configOf(0.6));
  // Weights that are 0: all ids are as likely, and so are those that are left out.
  const { parameters } = await randomModel(devices, at, configOf(1e-60));
  return { clear, even: { ...clear, parameters } };
}

const settings: Readonly<Record<string, GenerateAllSettings>> = {
  greedy: { doSample: false },
  "greedy, with probabilities": { doSample: false, logprobs: 3 },
  drawn: { doSample: true, temperature: 0.7, numReturnSequences: 2 },
  "top-k and top-p": { topK: 20, topP: 0.9, numReturnSequences: 2, logprobs: 2 },
  "min-p": { minP: 0.3 },
  "no word twice": { doSample: false, noRepeatNgramSize: 1 },
  "drawn, with bans and a penalty": { badWordsIds: [[7], [4000]], repetitionPenalty: 1.3 },
  "one likelier, which is for all logits": { doSample: false, sequenceBias: [[[5], 1]] },
};

const prompts = [[1, 2, 3], [4000], [7, 8, 9, 10, 11, 12]];
const most = 6;
const plain = (found: readonly FoundBy[]) =>
  found
    .map((one) => ({ ...one, chosen: undefined, id: one.kind === "id" && one.chosen.id }))
    .sort((a, b) => a.prompt - b.prompt || a.sequence - b.sequence);
const logProbsOf = (found: readonly FoundBy[]) =>
  found.flatMap((one) => (one.kind === "id" ? [one.chosen.logProb ?? 0] : []));

async function all(each: AsyncIterable<FoundBy>): Promise<readonly FoundBy[]> {
  const found: FoundBy[] = [];
  for await (const one of each) found.push(one);
  return found;
}

describe.each(["one device", "both"])("on %s", async (layout) => {
  const { clear, even } = await modelsAt(layout);

  it.each(Object.entries(settings))(
    "a glance finds what all logits do: %s",
    async (name, given) => {
      for (const model of [clear, even]) {
        const asked = askedOf({ ...model, ends: [] }, { ...given, maxNewTokens: most, seed: 5 });
        const searches = () => prompts.map((prompt) => searchOf(prompt, asked));
        const logits = cachedLogits(model);
        const wanted = await all(together(searches(), { next: (rows) => logits.next(rows) }));
        await logits.close();
        let glances = 0;
        let whole = 0;
        const { decoding } = model;
        const counting = {
          ...decoding,
          glance: (...args: Parameters<typeof decoding.glance>) => {
            glances++;
            return decoding.glance(...args);
          },
          extend: (...args: Parameters<typeof decoding.extend>) => {
            whole++;
            return decoding.extend(...args);
          },
        };
        const glancing = cachedLogits({ ...model, decoding: counting });
        const found = await all(together(searches(), glancing));
        await glancing.close();
        expect(plain(found)).toEqual(plain(wanted));
        for (const [i, logProb] of logProbsOf(wanted).entries()) {
          expect(logProbsOf(found)[i]).toBeCloseTo(logProb, 4);
        }
        // All but the prompts' own last ids are told by a glance, where it is enough.
        if (name.startsWith("one likelier")) expect(glances).toBe(0);
        else if (model === clear) expect([glances, whole]).toEqual([most - 1, 1]);
        else if (name !== "min-p") expect(glances).toBe(most - 1);
      }
    },
  );

  it("so it does in a batch of the server's", async () => {
    for (const model of [clear, even]) {
      const logits = pagedLogits(model, 200, 4);
      const { submit, drained } = scheduler(logits, { rows: 20, queue: 9 });
      const jobs = Object.values(settings).map((given) => {
        const asked = askedOf({ ...model, ends: [] }, { ...given, maxNewTokens: most, seed: 5 });
        const searches = () => prompts.map((prompt) => searchOf(prompt, asked));
        return { searches, rows: prompts.length * asked.count };
      });
      for (const group of [jobs.slice(0, 2), jobs.slice(2, 3), jobs.slice(3, 5), jobs.slice(4)]) {
        const { signal } = new AbortController();
        const found = group.map(({ searches, rows }) =>
          all(eachOf(submit({ searches: searches(), rows, signal })!)),
        );
        for (const [i, { searches }] of group.entries()) {
          const whole = cachedLogits(model);
          const wanted = await all(together(searches(), { next: (rows) => whole.next(rows) }));
          await whole.close();
          expect(plain(await found[i]!)).toEqual(plain(wanted));
        }
        await drained();
      }
      expect(logits.use().held).toBe(0);
      logits.end();
    }
  });
});
