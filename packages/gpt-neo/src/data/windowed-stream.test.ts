import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chunkedSamples } from "./chunked-samples.ts";
import { type Chunk, chunksOf } from "./chunks.ts";
import { shuffledChunks } from "./late-chunks.ts";
import { mixedStream } from "./mixed-stream.ts";
import { type Samples, takeFrom } from "./sample-stream.ts";
import { ignoredLabel, type Position, start, takeBatch } from "./samples.ts";
import { windowedStream } from "./windowed-stream.ts";

const empty = () => new Error("nothing to predict");

/** A stream of ids that are all different, in chunks. */
function chunksFrom(first: number, length: number, size: number): readonly Chunk[] {
  const read = (begin: number, into: Int32Array): void => {
    for (let i = 0; i < into.length; i++) into[i] = first + begin + i;
  };
  return chunksOf({ length, read, close: () => undefined }, [{ begin: 1, end: length }], size);
}

type Loaded = (chunk: number) => void;
function late(chunks: readonly Chunk[], loaded: Loaded = () => undefined, begin?: Begin) {
  return shuffledChunks(each(chunks, loaded), begin);
}

type Begin = Parameters<typeof shuffledChunks>[1];
function each(chunks: readonly Chunk[], loaded: Loaded = () => undefined) {
  return chunks.map((chunk, i) => ({
    async load() {
      loaded(i);
      return chunk;
    },
  }));
}

/** The labels of so many samples, taken in batches from a position on. */
async function labelsOf(
  samples: Samples,
  count: number,
  { at = start, rows = 1, seed = 3 }: { at?: Position; rows?: number; seed?: number } = {},
) {
  const labels: number[] = [];
  let position = at;
  for (let left = count; left > 0; left -= rows) {
    const taken = await takeFrom(samples, position, Math.min(rows, left), seed);
    labels.push(...taken.batch.labels);
    // As a checkpoint has it.
    position = JSON.parse(JSON.stringify(taken.next));
  }
  return { labels, position };
}

describe("samples in windows of chunks", () => {
  const sizes = fc.record({
    length: fc.integer({ min: 20, max: 300 }),
    size: fc.integer({ min: 1, max: 40 }),
    context: fc.integer({ min: 1, max: 9 }),
    window: fc.integer({ min: 1, max: 6 }),
    seed: fc.nat(99),
  });

  it("come in the order that they have where all chunks are known", async () => {
    await fc.assert(
      fc.asyncProperty(sizes, async ({ length, size, context, window, seed }) => {
        const chunks = chunksFrom(0, length, size);
        const known = chunkedSamples(chunks, context, 0, { window });
        const stream = windowedStream(late(chunks), context, 0, { window, empty });
        const expected = takeBatch(known, start, 2 * known.count + 3, seed).batch.labels;
        const { labels } = await labelsOf(stream, 2 * known.count + 3, { rows: 7, seed });
        expect(labels).toEqual([...expected]);
      }),
      { numRuns: 40 },
    );
  });

  it("are each there once an epoch, and go on from any place, whatever the batches", async () => {
    await fc.assert(
      fc.asyncProperty(
        sizes,
        fc.nat(60),
        async ({ length, size, context, window, seed }, first) => {
          const chunks = chunksFrom(0, length, size);
          const make = () => windowedStream(late(chunks), context, 0, { window, empty });
          const { count } = chunkedSamples(chunks, context, 0);
          const { labels } = await labelsOf(make(), count, { rows: 5, seed });
          expect(labels.filter((id) => id !== ignoredLabel).sort((a, b) => a - b)).toEqual(
            Array.from({ length: length - 1 }, (_, i) => i + 1),
          );
          const begun = await labelsOf(make(), 1 + first, { seed });
          const rest = await labelsOf(make(), 20, { at: begun.position, rows: 3, seed });
          const whole = await labelsOf(make(), 21 + first, { rows: 4, seed });
          expect([...begun.labels, ...rest.labels]).toEqual(whole.labels);
        },
      ),
      { numRuns: 40 },
    );
  });

  it("ask for the chunks of their window and of the next one, and for no other", async () => {
    const asked = new Set<number>();
    const told: number[][] = [];
    const chunks = chunksFrom(0, 1000, 10);
    const stream = windowedStream(
      late(
        chunks,
        (chunk) => asked.add(chunk),
        (order) => told.push([...order]),
      ),
      5,
      0,
      { window: 8, empty },
    );
    await stream.prepare(start, 1);
    expect(asked.size).toBe(8);
    await takeFrom(stream, start, 3, 1);
    expect(asked.size).toBe(16);
    expect(told).toHaveLength(1);
    // From there on, and each once: what is made before it is asked for comes in the right order.
    expect(new Set(told[0]!.slice(0, 16))).toEqual(asked);
    expect([...told[0]!].sort((a, b) => a - b)).toEqual(chunks.map((_, i) => i));
  });

  it("leave out windows that hold nothing, and say so where all do", async () => {
    const nothing = chunksFrom(0, 1, 10).concat({ ...chunksFrom(0, 9, 10)[0]!, begin: 1, end: 1 });
    const some = [...nothing, ...nothing, ...chunksFrom(0, 9, 10), ...nothing];
    const stream = windowedStream(late(some), 4, 0, { window: 1, empty });
    const { labels } = await labelsOf(stream, 4);
    expect(labels.filter((id) => id !== ignoredLabel)).toHaveLength(16);
    const none = windowedStream(late(nothing), 4, 0, { window: 1, empty });
    await expect(takeFrom(none, start, 1, 1)).rejects.toThrow("nothing to predict");
  });

  it("tell the failure of a chunk where it is taken, and may be asked again", async () => {
    let broken = true;
    const good = each(chunksFrom(0, 100, 10));
    const failing = {
      load: () => (broken ? Promise.reject(new Error("the disk is away")) : good[0]!.load()),
    };
    const stream = windowedStream(shuffledChunks([failing]), 5, 0, { window: 4, empty });
    await expect(stream.prepare(start, 1)).rejects.toThrow("the disk is away");
    await expect(takeFrom(stream, start, 1, 1)).rejects.toThrow("the disk is away");
    broken = false;
    expect((await takeFrom(stream, start, 1, 1)).batch.rows).toBe(1);
  });
});

describe("several streams", () => {
  const known = chunkedSamples(chunksFrom(10_000, 91, 9), 3, 0);
  const make = () =>
    mixedStream(
      [windowedStream(late(chunksFrom(0, 301, 21)), 3, 0, { window: 3, empty }), known],
      [3, 1],
    );

  it("have each source in its share, and all of it once before any of it again", async () => {
    const { labels } = await labelsOf(make(), 1000, { rows: 8 });
    const second = labels.filter((id) => id >= 10_000);
    expect(second).toHaveLength(250 * 3);
    expect(new Set(second.slice(0, 90)).size).toBe(90);
    const first = labels.filter((id) => id >= 0 && id < 10_000);
    expect(new Set(first.slice(0, 300)).size).toBe(300);
  });

  it("go on from any place as the same stream", async () => {
    const whole = await labelsOf(make(), 60);
    const begun = await labelsOf(make(), 23, { rows: 4 });
    const rest = await labelsOf(make(), 37, { at: begun.position, rows: 6 });
    expect([...begun.labels, ...rest.labels]).toEqual(whole.labels);
    expect(rest.position).toEqual(whole.position);
  });
});
