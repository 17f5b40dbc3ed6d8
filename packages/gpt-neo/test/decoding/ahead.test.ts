import fc from "fast-check";
import { defineMesh } from "mtf";
import { type Devices, simulator } from "mtf/simulator";
import { workers } from "mtf/workers";
import { afterAll, describe, expect, it } from "vitest";
import { generateAll } from "../../src/generate/all.ts";
import { cachedLogits } from "../../src/generate/cached-logits.ts";
import type { Decoding } from "../../src/generate/decoding.ts";
import { type Generating, generateEach } from "../../src/generate/each.ts";
import type { GenerateAllSettings } from "../../src/generate/options/settings.ts";
import { layouts } from "../hugging-face/layouts.ts";
import { heldOn } from "../support/held-on.ts";
import { randomModel } from "../support/random-model.ts";
import { ringConfig } from "../support/ring-config.ts";

const config = ringConfig({ vocab_size: 4099, initializer_range: 0.5 });

const opened: Devices[] = [];
afterAll(async () => {
  for (const devices of opened) await devices.close();
});

/** A model whose steps are begun ahead, or none of them, whatever its devices would gain by it. */
async function modelOn(opening: Promise<Devices>, layout: string) {
  const devices = await opening;
  opened.push(devices);
  const model = await randomModel(devices, layouts[layout]!, config);
  const held = () => heldOn(devices);
  const at = (beside: boolean, given: Partial<Decoding> = {}): Generating => ({
    ...model,
    ends: [],
    decoding: { ...model.decoding, beside, ...given },
  });
  return { at, held, decoding: model.decoding };
}

type Glance = Decoding["glance"];
type RunGlance = Awaited<ReturnType<Glance>>;

/** Programs that tell a glance, each run of which goes through something. */
function through(glance: Glance, run: (own: RunGlance) => RunGlance): Glance {
  return async (...args) => {
    const own = await glance(...args);
    return Object.assign(run(own), { ...own });
  };
}

/** What a model makes, and how many times it glanced for that. */
async function counted(
  { at, decoding }: Awaited<ReturnType<typeof modelOn>>,
  beside: boolean,
  prompts: readonly (readonly number[])[],
  settings: GenerateAllSettings,
) {
  let runs = 0;
  const glance = through(decoding.glance, (own) =>
    Object.assign((...inputs: Parameters<RunGlance>) => {
      runs++;
      return own(...inputs);
    }, own),
  );
  const texts = await generateAll(at(beside, { glance }), prompts, settings);
  const told = texts.map((found) =>
    found.map(({ ids, ending, chosen }) => ({
      ids,
      ending: ending.reason,
      logProbs: chosen.map(({ logProb = 0 }) => Math.round(logProb * 1e4) / 1e4),
    })),
  );
  return { told, runs };
}

const promptOf = (length: number, from: number): readonly number[] =>
  Array.from({ length }, (_, i) => (from + i * i * 7) % config.vocab_size);

const settings: Readonly<Record<string, GenerateAllSettings>> = {
  greedy: { doSample: false },
  "greedy, with probabilities": { doSample: false, logprobs: 3 },
  drawn: { temperature: 0.7 },
  "top-k": { topK: 20, logprobs: 2 },
  "no word twice": { doSample: false, noRepeatNgramSize: 1 },
  "drawn, with a penalty": { repetitionPenalty: 3 },
};

const length = fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 75, max: 155 }));
const drawn = fc.record({
  lengths: fc.array(length, { minLength: 1, maxLength: 3 }),
  many: fc.integer({ min: 1, max: 3 }),
  maxNewTokens: fc.integer({ min: 1, max: 14 }),
  seed: fc.nat(99),
  // Some ids of all end a text: none, few, or many.
  ends: fc.constantFrom(0, 60, 700),
  slides: fc.boolean(),
});

const at = (layout: string) => defineMesh(layouts[layout]!.mesh);
const places = [
  ["one device", 6, () => simulator(at("one device"), { backend: "wasm" })],
  ["both", 3, () => simulator(at("both"), { backend: "wasm" })],
  [
    "sequence and memory split",
    3,
    () => simulator(at("sequence and memory split"), { backend: "wasm" }),
  ],
  ["both", 3, () => workers(at("both"))],
] as const;

describe.each(places)("on %s, %#", async (layout, numRuns, open) => {
  const model = await modelOn(open(), layout);

  it.each(Object.entries(settings))("a step ahead changes no id: %s", async (name, given) => {
    const property = fc.asyncProperty(drawn, async ({ lengths, ends, many, slides, ...rest }) => {
      const prompts = lengths.map((one, i) => promptOf(one, 31 * i));
      // The likeliest ids make one text; a text that does not slide has room left.
      const numReturnSequences = given.doSample === false ? 1 : many;
      const slide = slides || Math.max(...lengths) >= config.max_position_embeddings;
      const eosTokenId = Array.from({ length: ends }, (_, i) => (i * 5) % config.vocab_size);
      const all = { ...given, ...rest, eosTokenId, numReturnSequences, slide };
      const plain = await counted(model, false, prompts, all);
      const ahead = await counted(model, true, prompts, all);
      expect(ahead.told).toEqual(plain.told);
      // Who chooses as devices do, and knows where texts end, has none begun in vain.
      if (name.startsWith("greedy") && ends === 0) expect(ahead.runs).toBe(plain.runs);
      if (name === "top-k") expect(ahead.runs).toBe(plain.runs);
      // Who chooses otherwise is soon left alone.
      if (name === "no word twice" && ends === 0) {
        expect(ahead.runs - plain.runs).toBeLessThanOrEqual(1);
      }
    });
    await fc.assert(property, { numRuns });
  });

  it("whenever it ends, nothing is left", async () => {
    const prompts = [promptOf(3, 0), promptOf(80, 5)];
    const all = { maxNewTokens: 8, seed: 1, numReturnSequences: 2 };
    await generateAll(model.at(true), prompts, all);
    const before = await model.held();
    for (let ids = 1; ids < 32; ids += 3) {
      for (const how of ["abort", "break"] as const) {
        const controller = new AbortController();
        let made = 0;
        try {
          const { signal } = controller;
          for await (const found of generateEach(model.at(true), prompts, { ...all, signal })) {
            if (found.kind !== "id" || ++made < ids) continue;
            if (how === "break") break;
            controller.abort(new Error("enough"));
          }
        } catch (error) {
          expect((error as Error).message).toBe("enough");
        }
        expect(await model.held()).toEqual(before);
      }
    }
  });

  it("a step that fails is told of where it is asked for, and not where it is thrown away", async () => {
    const prompt = promptOf(4, 0);
    const drawn = { temperature: 3, seed: 1, maxNewTokens: 6, eosTokenId: [] };
    const plain = await generateAll(model.at(false), [prompt], drawn);
    const { ids } = plain[0]![0]!;
    /** With a model of which one step fails. */
    const failing = async (step: number, settings: GenerateAllSettings) => {
      let runs = 0;
      const glance = through(model.decoding.glance, (own) =>
        Object.assign(
          (...inputs: Parameters<RunGlance>) =>
            ++runs === step ? Promise.reject(new Error("no more")) : own(...inputs),
          own,
        ),
      );
      const found = await generateAll(model.at(true, { glance }), [prompt], settings);
      return { ids: found[0]![0]!.ids, runs };
    };
    // The first id comes with the prompt, and each other with a step.
    for (const step of [1, 2, 5]) await expect(failing(step, drawn)).rejects.toThrow("no more");
    expect(ids.indexOf(ids[3]!)).toBe(3);
    const ended = await failing(4, { ...drawn, eosTokenId: ids[3]! });
    expect(ended).toEqual({ ids: ids.slice(0, 3), runs: 4 });
  });

  it("what a step thrown away has written over is not seen again", async () => {
    const text = promptOf(101, 3);
    const look = { kind: "largest" } as const;
    const logits = cachedLogits(model.at(true));
    await logits.next([{ ids: text.slice(0, 100) }]);
    await logits.glance!([{ ids: text, continues: 0, look, nextLook: look }]);
    // The id at 37 sees that at 18, in whose slot of 83 the step has put the one at 101.
    const back = [...text.slice(0, 37), 7];
    const [found] = await logits.next([{ ids: back, continues: 0 }]);
    await logits.close();
    const [wanted] = await logits.next([{ ids: back }]);
    await logits.close();
    const farthest = found!.reduce((most, x, i) => Math.max(most, Math.abs(x - wanted![i]!)), 0);
    expect(farthest).toBeLessThan(1e-5);
  });
});
