import * as fc from "fast-check";
import { expect, it } from "vitest";
import { collected } from "../all.ts";
import { logSoftmax } from "../log-softmax.ts";
import type { NextLogits, TailedRow } from "../next-logits.ts";
import { together } from "../search/together.ts";
import { type SearchOptions, searchOf } from "../search-of.ts";
import { guessBy } from "./guess.ts";
import { withGuesses } from "./with-guesses.ts";

type Ids = readonly number[];
const vocab = 5;

/** Logits that are a function of the ids, and of nothing else. */
function logitsAfter(ids: Ids, size = vocab): Float32Array<ArrayBuffer> {
  const at = ids.reduce((sum, id, i) => sum + (id + 1) * (i + 1.7), 1);
  return Float32Array.from({ length: size }, (_, id) => 2 * Math.sin(at * (id + 1.3)));
}

/** Those of a draft that is as wrong as `error` says, and may have other numbers of ids. */
function nearly(ids: Ids, error: number, size: number): Float32Array<ArrayBuffer> {
  const wrong = logitsAfter([...ids, 3], size);
  return logitsAfter(ids, size).map((x, id) => x + error * wrong[id]!);
}

interface Fake extends NextLogits<TailedRow> {
  readonly calls: (readonly TailedRow[])[];
}

function fake(of: (ids: Ids) => Float32Array<ArrayBuffer>): Fake {
  const calls: (readonly TailedRow[])[] = [];
  return {
    calls,
    next: async (rows) => {
      calls.push(rows);
      return rows.map(({ ids, tail = 1 }) => {
        const all = Array.from({ length: tail }, (_, i) => [
          ...of(ids.slice(0, ids.length - tail + 1 + i)),
        ]);
        return Float32Array.from(all.flat());
      });
    },
    close: async () => {},
  };
}

const plain: SearchOptions = {
  options: {},
  sampling: { kind: "greedy" },
  count: 1,
  ends: [],
  most: 9,
  seed: 0,
  vocabulary: vocab,
  stopOf: () => undefined,
  told: {},
};
const hot = { kind: "random", temperature: 1, topK: 0, topP: 1 } as const;
const model = { context: 100, vocab, error: 0.4, most: 3 };

/** The texts of prompts, with a draft and without, and what the model was asked with it. */
async function made(
  prompts: readonly Ids[],
  all: SearchOptions,
  given: Partial<typeof model> = {},
) {
  const { context, vocab: size, error, most } = { ...model, ...given };
  const target = fake((ids) => logitsAfter(ids));
  const draft = fake((ids) => {
    expect(ids.length).toBeLessThanOrEqual(context);
    for (const id of ids) expect(id).toBeLessThan(size);
    return nearly(ids, error, size);
  });
  const seeing = (context: number, vocab_size: number) => ({
    context,
    config: { vocab_size } as never,
  });
  const guess = guessBy({
    logits: draft,
    draft: seeing(context, size),
    model: seeing(14, vocab),
    most,
  });
  const texts = prompts.flatMap((ids, prompt) =>
    Array.from({ length: all.count }, (_, only) => ({
      prompt,
      search: searchOf(ids, { ...all, only }),
    })),
  );
  const without = together(
    prompts.map((ids) => searchOf(ids, all)),
    target,
  );
  const plainly = await collected(without, prompts.length);
  target.calls.length = 0;
  const drafted = await collected(withGuesses(texts, target, guess), prompts.length);
  return { plainly, drafted, calls: target.calls, draftCalls: draft.calls };
}

it("makes the texts that are made without a draft, whatever it guesses", async () => {
  const drawn = fc.record({
    sampling: fc.constantFrom(plain.sampling, hot, { ...hot, topK: 2 }, { ...hot, topP: 0.6 }),
    count: fc.integer({ min: 1, max: 3 }),
    ends: fc.subarray([3, 4]),
    seed: fc.nat(100),
    most: fc.integer({ min: 1, max: 16 }),
    stopOf: fc.constantFrom(plain.stopOf, (ids: Ids) => (ids.length % 7 === 3 ? "a" : undefined)),
    options: fc.constantFrom(
      {},
      { repetitionPenalty: 1.7 },
      { noRepeatNgramSize: 2, minNewTokens: 3 },
    ),
    told: fc.constantFrom({}, { logprobs: 2, outputScores: true, outputLogits: true }),
  });
  const drafts = fc.record({
    error: fc.constantFrom(0, 0.2, 1, 50),
    context: fc.constantFrom(4, 100),
    vocab: fc.constantFrom(3, 5, 8),
    most: fc.integer({ min: 1, max: 6 }),
  });
  const prompts = fc.constantFrom<Ids[][]>([[1]], [[1], [2, 3, 0], [0, 0]]);
  const property = fc.asyncProperty(prompts, drawn, drafts, async (given, all, draft) => {
    const { plainly, drafted } = await made(given, { ...plain, ...all }, draft);
    expect(drafted).toEqual(plainly);
  });
  await fc.assert(property, { numRuns: 300 });
});

it("draws texts as often as the model says", async () => {
  const [draws, length] = [3000, 3];
  const counts = new Map<string, number>();
  let calls = 0;
  for (let seed = 0; seed < draws; seed++) {
    const found = await made([[1]], { ...plain, sampling: hot, seed, most: length });
    const text = found.drafted[0]![0]!.ids.join();
    counts.set(text, (counts.get(text) ?? 0) + 1);
    calls += found.calls.length;
  }
  // Some guesses are right, and some wrong.
  expect(calls / draws).toBeGreaterThan(2);
  expect(calls / draws).toBeLessThan(length - 0.4);
  let squares = 0;
  for (let n = 0; n < vocab ** length; n++) {
    const ids = [Math.floor(n / vocab ** 2), Math.floor(n / vocab) % vocab, n % vocab];
    const expected =
      draws *
      Math.exp(
        ids.reduce((sum, id, i) => sum + logSoftmax(logitsAfter([1, ...ids.slice(0, i)]))[id]!, 0),
      );
    squares += ((counts.get(ids.join()) ?? 0) - expected) ** 2 / expected;
  }
  // Chi-square of 124 degrees of freedom: its mean is 124, and its deviation 15.7.
  expect(squares).toBeLessThan(124 + 4 * 15.7);
});

it("asks the model once for what is guessed right, and not twice for what texts begin with", async () => {
  const right = await made([[1]], { ...plain, most: 9 }, { error: 0 });
  expect(right.calls.map(([row]) => row!.tail)).toEqual([1, 4, 4]);
  const several = await made([[1]], { ...plain, sampling: hot, count: 3, most: 5 }, { error: 0 });
  expect(several.calls.map((rows) => rows.length)).toEqual([1, 3]);
  // Beyond what one of them sees, nothing is guessed.
  const long = await made([[1, 2, 3, 4]], { ...plain, most: 13 }, { error: 0 });
  expect(long.calls.map(([row]) => row!.ids.length)).toEqual([4, 8, 12, 14, 15, 16]);
  const short = await made([[1]], { ...plain, most: 7 }, { error: 0, context: 4 });
  expect(short.calls.map(([row]) => row!.ids.length)).toEqual([1, 5, 6, 7]);
});

it("two that draw by the same numbers agree at least as often as is known of them", async () => {
  // One minus, over one plus the distance in variation (Daliri et al., 2025).
  const draws = 2000;
  let agreed = 0;
  for (let seed = 0; seed < draws; seed++) {
    const { calls } = await made([[2]], { ...plain, sampling: hot, seed, most: 3 }, { most: 1 });
    // The second id was guessed, and the model is asked for the third together with it where that is right.
    if (calls.length === 2) agreed++;
  }
  const first = logSoftmax(logitsAfter([2])).map(Math.exp);
  const least = [...first.keys()].reduce((sum, id) => {
    const p = logSoftmax(logitsAfter([2, id])).map(Math.exp);
    const q = logSoftmax(nearly([2, id], model.error, vocab)).map(Math.exp);
    const distance = p.reduce((far, x, i) => far + Math.abs(x - q[i]!) / 2, 0);
    return sum + first[id]! * ((1 - distance) / (1 + distance));
  }, 0);
  expect(least).toBeGreaterThan(0.5);
  expect(agreed / draws).toBeGreaterThan(least - 4 * Math.sqrt(0.25 / draws));
});
