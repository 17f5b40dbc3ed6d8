import fc from "fast-check";
import { expect, it } from "vitest";
import { type GrowingIds, growingChunks } from "./growing-chunks.ts";

/** Ids that come when they are asked for, each its own place; `asked` is how many were. */
function coming(length: number) {
  const ids = {
    asked: 0,
    source: {
      length: Number.POSITIVE_INFINITY,
      read: (begin: number, into: Int32Array) => into.set(into.map((_, i) => begin + i)),
      close: () => undefined,
    },
    count: () => (ids.asked > length ? length : Number.POSITIVE_INFINITY),
    until: async (count: number) => {
      ids.asked = Math.max(ids.asked, count);
    },
  };
  return ids satisfies GrowingIds;
}

const drawn = fc.record({
  length: fc.integer({ min: 1, max: 600 }),
  size: fc.integer({ min: 1, max: 40 }),
  share: fc.constantFrom(0, 0.02, 0.1, 0.3, 0.5, 0.9),
  seed: fc.nat(9),
});

it("every id is in one chunk of an epoch, or held back, in every epoch", async () => {
  await fc.assert(
    fc.asyncProperty(drawn, async ({ length, size, share, seed }) => {
      const { train, held } = growingChunks(coming(length), size, share);
      const kept = await held();
      for (const epoch of [0, 1, 5]) {
        const chunks = [...kept];
        for (let place = 0; ; place++) {
          const chunk = await train.at({ seed, epoch, place });
          if (!chunk) break;
          chunks.push(chunk);
        }
        expect(train.count()).toBe(chunks.length - kept.length);
        const places = chunks.flatMap(({ begin, end }) =>
          Array.from({ length: end - begin }, (_, i) => begin + i),
        );
        expect(places.sort((a, b) => a - b)).toEqual(Array.from({ length }, (_, i) => i + 1));
      }
    }),
    { numRuns: 60 },
  );
});

it("no more is waited for than the chunk that is asked for, and the eighth that is held back", async () => {
  const ids = coming(1e9);
  const { train, held } = growingChunks(ids, 100, 0.05);
  for (const [place, asked] of [
    [0, 200],
    [18, 2000],
    [19, 2200],
  ] as const) {
    await train.at({ seed: 1, epoch: 0, place });
    expect(ids.asked).toBe(asked);
  }
  expect(await held()).toHaveLength(8);
  expect(ids.asked).toBe(14_100);
  expect(train.count()).toBe(Number.POSITIVE_INFINITY);
});
