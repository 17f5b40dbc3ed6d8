import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { logSoftmax } from "../log-softmax.ts";
import { filterLogits } from "../sample.ts";
import { type Filters, processed, processorsOf } from "./index.ts";
import { noRepeatNgrams } from "./no-repeat-ngrams.ts";
import { occurrencePenalties } from "./occurrence-penalties.ts";
import type { Processor } from "./processor.ts";
import { topP } from "./top-p.ts";

const row = fc
  .array(fc.double({ min: -8, max: 8, noNaN: true }), { minLength: 4, maxLength: 40 })
  .map((numbers) => Float64Array.from(numbers));

const kept = (scores: Float64Array): readonly number[] =>
  [...scores.keys()].filter((id) => scores[id]! > Number.NEGATIVE_INFINITY);

const off: Filters = { temperature: 1, topK: 0, topP: 1 };
const share = fc.double({ min: 0.01, max: 0.99, noNaN: true });
const filters = fc.oneof(
  fc.integer({ min: 1, max: 50 }).map((topK): Filters => ({ ...off, topK })),
  share.map((topP): Filters => ({ ...off, topP })),
  share.map((minP): Filters => ({ ...off, minP })),
  share.map((typicalP): Filters => ({ ...off, typicalP })),
  share.map((epsilonCutoff): Filters => ({ ...off, epsilonCutoff })),
  share.map((etaCutoff): Filters => ({ ...off, etaCutoff })),
  share.map((topH): Filters => ({ ...off, topH })),
);

describe("every filter", () => {
  it("leaves the scores of what it keeps, and keeps enough", () => {
    const property = fc.property(
      row,
      filters,
      fc.integer({ min: 1, max: 4 }),
      (scores, on, least) => {
        const given = scores.slice();
        const filtered = filterLogits(scores, on, least);
        expect(scores).toEqual(given);
        const ids = kept(filtered);
        for (const id of ids) expect(filtered[id]).toBe(scores[id]);
        expect(ids.length).toBeGreaterThanOrEqual(on.topH === undefined ? least : 1);
      },
    );
    void fc.assert(property, { numRuns: 300 });
  });

  it("keeps the same ids whatever is added to all scores", () => {
    // Quarters, to which quarters are added without rounding.
    const quarters = fc
      .array(fc.integer({ min: -32, max: 32 }), { minLength: 4, maxLength: 40 })
      .map((numbers) => Float64Array.from(numbers, (n) => n / 4));
    const property = fc.property(
      quarters,
      filters,
      fc.integer({ min: -8, max: 8 }),
      (scores, on, n) => {
        const moved = scores.map((x) => x + n / 4);
        expect(kept(filterLogits(moved, on))).toEqual(kept(filterLogits(scores, on)));
      },
    );
    void fc.assert(property, { numRuns: 200 });
  });
});

it("processors in a row are those of each, one after the other", () => {
  const options = {
    ...{ sequenceBias: [[[2], 1.5]] as const, repetitionPenalty: 1.3, noRepeatNgramSize: 2 },
    ...{ badWordsIds: [[0]], minLength: 9, minNewTokens: 3, suppressTokens: [1] },
  };
  const text = { ends: [3], promptLength: 2, most: 10 };
  const context = { ids: [2, 3, 2], promptLength: 2 };
  const property = fc.property(row, (scores) => {
    const each = Object.entries(options).map(([name, value]) => ({ [name]: value }));
    const together = processed(processorsOf(options, text), scores, context);
    const apart = each.reduce(
      (left, one) => processed(processorsOf(one, text), left, context),
      scores,
    );
    expect(together).toEqual(apart);
  });
  void fc.assert(property, { numRuns: 50 });
});

it("what says that it lowers scores raises none, and says nothing where it may", () => {
  const bias = fc.double({ min: -2, max: 2, noNaN: true });
  const ids = fc.array(fc.nat(3), { minLength: 1, maxLength: 6 });
  const drawn = fc.record({ row, ids, bias, factor: fc.double({ min: 0.5, max: 2, noNaN: true }) });
  const text = { ends: [3], promptLength: 1, most: 10 };
  const property = fc.property(drawn, ({ row: scores, ids, bias, factor }) => {
    const [made, context] = [ids.slice(-1), { ids, promptLength: 1 }];
    const all = [
      ...processorsOf({ sequenceBias: [[[2], bias]] as const }, text),
      ...processorsOf({ repetitionPenalty: factor, noRepeatNgramSize: 1 }, text),
      ...processorsOf({ badWordsIds: [made], minLength: 9, suppressTokens: [1, 99] }, text),
      occurrencePenalties(bias, bias),
    ];
    for (const process of all) {
      const left = process(scores, context);
      const raised = scores.some((x, id) => left[id]! > x);
      if (raised) expect(process.lowers).toBeUndefined();
      const changes = process.lowers?.(context);
      if (changes === undefined) continue;
      const by = scores.map((x, id) => changes.get(id)?.(x) ?? x);
      expect(by).toEqual(left);
    }
    expect(all.filter(({ lowers }) => lowers).length).toBeGreaterThanOrEqual(4);
  });
  void fc.assert(property, { numRuns: 200 });
});

it("no n ids in a row come twice", () => {
  const property = fc.property(fc.integer({ min: 1, max: 4 }), fc.integer(), (size, seed) => {
    const process = noRepeatNgrams(size);
    const ids = [0];
    for (let i = 0; i < 30; i++) {
      const scores = Float64Array.from({ length: 5 }, (_, id) => Math.sin(seed + 7 * i + 3 * id));
      const left = process(scores, { ids, promptLength: 1 });
      const free = kept(left);
      if (free.length === 0) break;
      ids.push(free.reduce((a, b) => (left[b]! > left[a]! ? b : a)));
    }
    const grams = ids.slice(size - 1).map((_, i) => ids.slice(i, i + size).join());
    expect(new Set(grams).size).toBe(grams.length);
  });
  void fc.assert(property, { numRuns: 100 });
});

it("ids among the new ones are penalized once, and as often as they are there", () => {
  const context = { ids: [0, 2, 2, 3], promptLength: 1 };
  const scores = Float64Array.of(1, 1, 1, 1);
  expect(occurrencePenalties(0.5, 0.25)(scores, context)).toEqual(Float64Array.of(1, 1, 0, 0.25));
  expect(scores).toEqual(Float64Array.of(1, 1, 1, 1));
});

describe("at their borders", () => {
  const at = (processors: readonly Processor[], ids: readonly number[]) =>
    kept(processed(processors, Float64Array.of(1, 2, 3, 4), { ids, promptLength: 1 }));
  const text = { ends: [3], promptLength: 1, most: 3 };

  it("forced ids are the only ones, where they are forced", () => {
    const processors = processorsOf({ forcedBosTokenId: 2, forcedEosTokenId: 3 }, text);
    expect(at(processors, [0])).toEqual([2]);
    expect(at(processors, [0, 2])).toEqual([0, 1, 2, 3]);
    expect(at(processors, [0, 2, 1])).toEqual([3]);
  });

  it("what is not to be first is not behind an id that was forced", () => {
    const options = { forcedBosTokenId: 2, beginSuppressTokens: [1] };
    const processors = processorsOf(options, text);
    expect(at(processors, [0])).toEqual([2]);
    expect(at(processors, [0, 2])).toEqual([0, 2, 3]);
    expect(at(processors, [0, 2, 0])).toEqual([0, 1, 2, 3]);
  });

  it("lengths count the prompt, or do not", () => {
    expect(at(processorsOf({ minLength: 3 }, text), [0, 0])).toEqual([0, 1, 2]);
    expect(at(processorsOf({ minLength: 2 }, text), [0, 0])).toEqual([0, 1, 2, 3]);
    expect(at(processorsOf({ minNewTokens: 2 }, text), [0, 0])).toEqual([0, 1, 2]);
    expect(at(processorsOf({ minNewTokens: 1 }, text), [0, 0])).toEqual([0, 1, 2, 3]);
  });

  it("probabilities of what is left are probabilities", () => {
    const logs = logSoftmax(filterLogits([1, 2, 3, 4], { ...off, topK: 2 }));
    expect(logs.reduce((sum, log) => sum + Math.exp(log), 0)).toBeCloseTo(1, 12);
  });
});

it("top-p keeps what sorting all scores tells, however they are spread", () => {
  const score = fc.oneof(
    fc.double({ min: -40, max: 0, noNaN: true }).map((x) => x + 0),
    fc.integer({ min: -3, max: 0 }).map((x) => x + 0),
  );
  const property = fc.property(
    fc.array(score, { minLength: 1, maxLength: 40 }),
    fc.constantFrom(0, 0.1, 0.5, 0.9, 0.999, 1),
    fc.integer({ min: 1, max: 3 }),
    (numbers, share, least) => {
      const scores = Float64Array.from(numbers);
      const order = numbers.map((_, id) => id).sort((a, b) => scores[b]! - scores[a]! || a - b);
      const most = scores[order[0]!]!;
      const total = scores.reduce((sum, x) => sum + Math.exp(x - most), 0);
      const kept = new Set<number>();
      let before = 0;
      for (const id of order) {
        if (kept.size >= least && before >= share) break;
        kept.add(id);
        before += Math.exp(scores[id]! - most) / total;
      }
      const made = topP(share, least)(scores, { ids: [], promptLength: 0 });
      expect([...made]).toEqual(numbers.map((x, id) => (kept.has(id) ? x : -Infinity)));
    },
  );
  void fc.assert(property, { numRuns: 500 });
});
