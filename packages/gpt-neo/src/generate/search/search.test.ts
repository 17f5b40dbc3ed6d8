import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draws } from "../../../../mtf/src/testing/draws.ts";
import { collected, type GeneratedSequence } from "../all.ts";
import { logSoftmax } from "../log-softmax.ts";
import type { NextLogits, Row } from "../next-logits.ts";
import type { SearchOptions } from "../search-of.ts";
import { searchOf } from "../search-of.ts";
import { together } from "./together.ts";

type Ids = readonly number[];
const vocab = 4;

/** Logits that are a function of the ids, and of nothing else. */
function logitsAfter(seed: number, ids: Ids): Float32Array<ArrayBuffer> {
  const at = ids.reduce((sum, id, i) => sum + (id + 1) * (i + 1.7), seed);
  return Float32Array.from({ length: vocab }, (_, id) => 2 * Math.sin(at * (id + 1.3)));
}

/** A model of such logits, which checks what rows say that they continue. */
function modelOf(seed: number): Pick<NextLogits, "next"> {
  let before: readonly Row[] = [];
  return {
    async next(rows) {
      for (const { ids, continues } of rows) {
        if (continues === undefined) continue;
        const begin = before[continues]!.ids;
        expect(ids.slice(0, begin.length)).toEqual(begin);
        expect(ids.length).toBeGreaterThan(begin.length);
      }
      before = rows;
      return rows.map(({ ids }) => logitsAfter(seed, ids));
    },
  };
}

const plain: SearchOptions = {
  options: {},
  sampling: { kind: "greedy" },
  count: 1,
  ends: [],
  most: 3,
  seed: 0,
  vocabulary: vocab,
  stopOf: () => undefined,
  told: {},
};
const hot = { kind: "random", temperature: 1, topK: 0, topP: 1 } as const;

async function textsOf(prompts: readonly Ids[], all: SearchOptions, seed = 1) {
  const searches = prompts.map((prompt) => searchOf(prompt, all));
  return collected(together(searches, modelOf(seed)), prompts.length);
}
const idsOf = (texts: readonly GeneratedSequence[]) => texts.map(({ ids }) => ids);

/** The sum of log-probabilities of ids that follow a prompt. */
function likelihood(seed: number, prompt: Ids, ids: Ids): number {
  return ids.reduce((sum, id, i) => {
    return sum + logSoftmax(logitsAfter(seed, [...prompt, ...ids.slice(0, i)]))[id]!;
  }, 0);
}

describe("beams", () => {
  it("find the likeliest of all texts where none is left out", async () => {
    const all = Array.from({ length: vocab ** 3 }, (_, n) => [
      Math.floor(n / vocab ** 2),
      Math.floor(n / vocab) % vocab,
      n % vocab,
    ]);
    const property = fc.asyncProperty(fc.integer({ min: 0, max: 1000 }), async (seed) => {
      const sorted = all.sort((a, b) => likelihood(seed, [1], b) - likelihood(seed, [1], a));
      const options = { numBeams: vocab ** 2 };
      const [texts] = await textsOf([[1]], { ...plain, options, count: 5 }, seed);
      expect(idsOf(texts!)).toEqual(sorted.slice(0, 5));
      for (const { ids, score } of texts!) {
        expect(score).toBeCloseTo(likelihood(seed, [1], ids) / 3, 9);
      }
    });
    await fc.assert(property, { numRuns: draws(20) });
  });

  it("give the same texts for prompts together and alone, of whatever lengths", async () => {
    const prompts = [[1], [2, 3, 0], [0, 0]];
    const drawn = fc.record({
      numBeams: fc.integer({ min: 1, max: 3 }),
      ends: fc.subarray([2, 3]),
      earlyStopping: fc.constantFrom(true, false, "never" as const),
      lengthPenalty: fc.constantFrom(-1, 0, 0.6, 2),
      sampling: fc.constantFrom(plain.sampling, hot),
      seed: fc.integer({ min: 0, max: 100 }),
    });
    const property = fc.asyncProperty(drawn, async ({ ends, sampling, seed, ...options }) => {
      const all = { ...plain, options, ends, sampling, seed, most: 6 };
      const texts = await textsOf(prompts, all);
      const alone = await Promise.all(prompts.map((prompt) => textsOf([prompt], all)));
      expect(texts).toEqual(alone.map(([one]) => one));
    });
    await fc.assert(property, { numRuns: draws(60) });
  });

  it("are as many as there are, where few ids can be chosen", async () => {
    const options = { numBeams: 3, suppressTokens: [0, 2, 3] };
    const [texts] = await textsOf([[1]], { ...plain, options, count: 3 });
    expect(idsOf(texts!)).toEqual([[1, 1, 1]]);
  });

  it("drawn without end follow the probabilities of whole texts", async () => {
    // Of one id, two beams are two draws without putting back: the first is a plain draw.
    const counts = new Float64Array(vocab);
    const draws = 3000;
    for (let seed = 0; seed < draws; seed++) {
      const all = { ...plain, options: { numBeams: 2 }, count: 2, sampling: hot, seed, most: 1 };
      const [texts] = await textsOf([[1]], all);
      for (const { ids } of texts!) counts[ids[0]!]!++;
    }
    const p = logSoftmax(logitsAfter(1, [1])).map(Math.exp);
    for (let id = 0; id < vocab; id++) {
      const second = [...p.keys()].reduce((sum, k) => {
        return k === id ? sum : sum + (p[k]! * p[id]!) / (1 - p[k]!);
      }, 0);
      const expected = p[id]! + second;
      const spread = Math.sqrt((expected * (1 - expected)) / draws);
      expect(Math.abs(counts[id]! / draws - expected)).toBeLessThan(4.5 * spread + 1e-9);
    }
  });
});

describe("a text that no id may follow", () => {
  const nothing = { suppressTokens: [0, 1, 2, 3] };
  it.each<[string, Partial<SearchOptions>]>([
    ["the likeliest", { options: nothing }],
    ["drawn", { options: nothing, sampling: hot }],
    ["by beams", { options: { ...nothing, numBeams: 2 } }],
  ])("ends as it is: %s", async (_, options) => {
    const [texts] = await textsOf([[1]], { ...plain, ...options });
    expect(texts).toMatchObject([{ ids: [], ending: { reason: "length" } }]);
  });

  it.each([1, 2])("ends when the ids are used up, with %i beams", async (numBeams) => {
    const all = { ...plain, options: { numBeams, noRepeatNgramSize: 1 }, most: 9 };
    const [texts] = await textsOf([[1]], all);
    expect(texts![0]!.ids.toSorted()).toEqual([0, 2, 3]);
    expect(texts![0]!.ending).toEqual({ reason: "length" });
  });
});

describe("several texts of a prompt", () => {
  it("differ, and the first is the one that is made alone", async () => {
    const all = { ...plain, sampling: hot, most: 12, seed: 7 };
    const [[alone]] = (await textsOf([[1]], all)) as [[GeneratedSequence]];
    const [texts] = await textsOf([[1]], { ...all, count: 4 });
    expect(texts![0]).toEqual(alone);
    expect(new Set(texts!.map(({ ids }) => ids.join())).size).toBe(4);
  });

  it("are drawn apart: as often as the model says", async () => {
    const [texts] = await textsOf([[1]], { ...plain, count: 4000, sampling: hot, most: 1 });
    const p = logSoftmax(logitsAfter(1, [1])).map(Math.exp);
    for (let id = 0; id < vocab; id++) {
      const part = texts!.filter(({ ids }) => ids[0] === id).length / texts!.length;
      expect(Math.abs(part - p[id]!)).toBeLessThan(4.5 * Math.sqrt((p[id]! * (1 - p[id]!)) / 4000));
    }
  });

  it("end each by itself, and leave the rows", async () => {
    const all = { ...plain, count: 6, ends: [3], sampling: hot, most: 8 };
    const [texts] = await textsOf([[1]], all);
    for (const { ids, ending } of texts!) {
      expect(ids).not.toContain(3);
      if (ending.reason === "eos") expect(ending.chosen.id).toBe(3);
      else expect(ids).toHaveLength(8);
    }
    expect(new Set(texts!.map(({ ids }) => ids.length)).size).toBeGreaterThan(1);
  });
});

it("tells of each id what is asked for", async () => {
  const told = { logprobs: 2, outputScores: true, outputLogits: true };
  const options = { repetitionPenalty: 1.5 };
  const [[text]] = (await textsOf([[1]], { ...plain, options, told })) as [[GeneratedSequence]];
  for (const [i, { id, logProb, likeliest, scores, logits }] of text.chosen.entries()) {
    const row = logitsAfter(1, [1, ...text.ids.slice(0, i)]);
    const logs = logSoftmax(row);
    expect(logits).toEqual(row);
    expect(logProb).toBe(logs[id]);
    const best = [...logs.keys()].sort((a, b) => logs[b]! - logs[a]!).slice(0, 2);
    expect(likeliest).toEqual(best.map((one) => [one, logs[one]]));
    const penalized = row[1]! < 0 ? row[1]! * 1.5 : row[1]! / 1.5;
    expect(scores![1]).toBe(penalized);
  }
  const [[plainly]] = (await textsOf([[1]], { ...plain, options })) as [[GeneratedSequence]];
  expect(plainly.chosen).toEqual(text.ids.map((id) => ({ id })));
});

describe("searches that are enough", () => {
  /** Says that it is after so many calls for logits. */
  async function cut(all: SearchOptions, calls: number) {
    const controller = new AbortController();
    const model = modelOf(1);
    let made = 0;
    const counting = {
      next: (rows: readonly Row[]) => {
        if (++made === calls) controller.abort();
        return model.next(rows);
      },
    };
    const each = together([searchOf([1], all)], counting, { enough: controller.signal });
    return (await collected(each, 1))[0]!;
  }

  it("end as they are: texts with what they have", async () => {
    const all = { ...plain, count: 2, sampling: hot, most: 9, seed: 3 };
    const [whole] = await textsOf([[1]], all);
    const texts = await cut(all, 4);
    expect(idsOf(texts)).toEqual(whole!.map(({ ids }) => ids.slice(0, 4)));
    expect(texts.map(({ ending }) => ending)).toEqual(
      Array(2).fill({ reason: "length", enough: true }),
    );
  });

  it("end as they are: beams with the best by then, those that have ended among them", async () => {
    const all = { ...plain, options: { numBeams: 6 }, count: 6, ends: [3], most: 9 };
    const short = await textsOf([[1]], { ...all, most: 3 });
    const texts = await cut(all, 3);
    expect(idsOf(texts)).toEqual(idsOf(short[0]!));
    expect(texts.map(({ score }) => score)).toEqual(short[0]!.map(({ score }) => score));
    expect(new Set(texts.map(({ ending }) => ending.reason))).toEqual(new Set(["eos", "length"]));
  });
});
