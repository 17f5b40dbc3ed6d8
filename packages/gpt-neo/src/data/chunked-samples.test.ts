import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkedSamples } from "./chunked-samples.ts";
import { chunksOf } from "./chunks.ts";
import { divided } from "./held-back.ts";
import { type SampleSet, start, takeBatch } from "./samples.ts";
import { thinned } from "./thinned.ts";
import type { TokenSource } from "./token-source.ts";

/** A stream whose ids are their places. */
const counting = (length: number): TokenSource => ({
  length,
  read: (begin, into) => {
    for (let i = 0; i < into.length; i++) into[i] = begin + i;
  },
  close: () => undefined,
});

const setOf = (length: number, context: number, chunk: number, window: number): SampleSet => {
  const source = counting(length);
  return chunkedSamples(chunksOf(source, [{ begin: 1, end: length }], chunk), context, 0, {
    window,
  });
};

/** The ids that an epoch predicts, in its order. */
function epochOf(samples: SampleSet, epoch: number, seed: number): number[] {
  const { batch } = takeBatch(samples, { epoch, index: 0 }, samples.count, seed);
  return [...batch.labels].filter((id) => id >= 0);
}

const up = (a: number, b: number): number => a - b;
const places = (length: number): number[] => Array.from({ length: length - 1 }, (_, i) => i + 1);

describe("samples of chunks", () => {
  it("predict every id once an epoch, each from the one before it, in an order of the epoch's", () => {
    const sizes = fc.tuple(
      fc.integer({ min: 2, max: 400 }),
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 1, max: 50 }),
      fc.integer({ min: 1, max: 5 }),
    );
    fc.assert(
      fc.property(sizes, fc.nat(1000), (shape, seed) => {
        const samples = setOf(...shape);
        for (const epoch of [0, 1]) {
          const { batch } = takeBatch(samples, { epoch, index: 0 }, samples.count, seed);
          for (const [i, label] of batch.labels.entries()) {
            if (label >= 0) expect(batch.tokens[i]).toBe(label - 1);
          }
          expect(epochOf(samples, epoch, seed).sort(up)).toEqual(places(shape[0]));
        }
        expect(samples.tokens).toBe(shape[0] - 1);
      }),
    );
  });

  it("are the same stream whatever the batches, and go on from any place", () => {
    const samples = setOf(300, 7, 40, 2);
    const whole = epochOf(samples, 0, 5);
    let position = start;
    const pieces: number[] = [];
    for (const rows of [1, 5, 2, samples.count - 8]) {
      const { batch, next } = takeBatch(setOf(300, 7, 40, 2), position, rows, 5);
      pieces.push(...[...batch.labels].filter((id) => id >= 0));
      position = next;
    }
    expect(pieces).toEqual(whole);
    expect(epochOf(samples, 1, 5)).not.toEqual(whole);
    expect(epochOf(samples, 0, 6)).not.toEqual(whole);
  });

  it("come from the chunks of one window before those of the next, whatever the context", () => {
    const windowsAt = (context: number): number[][] => {
      const seen = epochOf(setOf(1 + 12 * 48, context, 48, 3), 0, 9);
      return [0, 1, 2, 3].map((i) =>
        [
          ...new Set(seen.slice(i * 144, (i + 1) * 144).map((id) => Math.floor((id - 1) / 48))),
        ].sort(up),
      );
    };
    const windows = windowsAt(8);
    expect(windows.map(({ length }) => length)).toEqual([3, 3, 3, 3]);
    expect(windowsAt(16)).toEqual(windows);
    // Shuffled, not only cut: neighbours in the window are not neighbours in the data.
    const seen = epochOf(setOf(1 + 12 * 48, 8, 48, 3), 0, 9);
    const begins = seen.filter((_, i) => i % 8 === 0);
    expect(begins.filter((id, i) => i > 0 && id === begins[i - 1]! + 8).length).toBeLessThan(20);
  });
});

describe("what is held back", () => {
  it("is a share of the ids, which no other decides, and the rest is trained on", () => {
    const share = fc.double({ min: 0, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e12 }), share, (length, part) => {
        const { train, held } = divided({ begin: 1, end: 1 + length }, part);
        const sum = (ranges: typeof held): number =>
          ranges.reduce((total, { begin, end }) => total + end - begin, 0);
        expect(sum(held)).toBe(Math.min(Math.ceil(length * part), 2 ** 22));
        expect(sum(train) + sum(held)).toBe(length);
        const all = [...train, ...held].filter(({ begin, end }) => begin !== end);
        all.sort((a, b) => a.begin - b.begin);
        expect(all[0]!.begin).toBe(1);
        for (const [i, { begin }] of all.entries()) if (i > 0) expect(begin).toBe(all[i - 1]!.end);
        expect(held.length).toBeLessThanOrEqual(32);
      }),
    );
  });

  it("is looked at evenly", () => {
    const few = thinned(setOf(1001, 10, 1000, 1), 4);
    const [tokens, labels] = [new Int32Array(10), new Int32Array(10)];
    const firsts = [0, 1, 2, 3].map((i) => {
      few.read(i, tokens, labels);
      return labels[0];
    });
    expect([few.count, few.tokens]).toEqual([4, 40]);
    expect(firsts).toEqual([1, 251, 501, 751]);
  });
});
