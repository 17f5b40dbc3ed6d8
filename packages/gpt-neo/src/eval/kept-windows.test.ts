import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/cli.ts";
import { keepWindows } from "./kept-windows.ts";
import { type Window, windowsOf } from "./windows.ts";

const folder = temporaryFolder();

async function* documentsOf(documents: readonly (readonly number[])[]) {
  for (const ids of documents) yield { ids: Int32Array.from(ids), end: true };
}

async function listOf(windows: AsyncIterable<Window> | Iterable<Window>): Promise<Window[]> {
  const all: Window[] = [];
  for await (const window of windows) all.push(window);
  return all;
}

it("keeps every window as it is, in memory or in a file", async () => {
  const documents = fc.array(fc.array(fc.nat(99), { maxLength: 30 }), { maxLength: 8 });
  const stride = fc.integer({ min: 1, max: 7 });
  await fc.assert(
    fc.asyncProperty(documents, stride, fc.nat(60), async (ids, by, inMemory) => {
      const expected = await listOf(windowsOf(documentsOf(ids), 7, by));
      const kept = await keepWindows(windowsOf(documentsOf(ids), 7, by), { folder, inMemory });
      try {
        expect(await listOf(kept.all())).toEqual(expected);
        expect(kept.count).toBe(expected.length);
        expect(kept.longest).toBe(Math.max(0, ...expected.map(({ tokens }) => tokens.length)));
      } finally {
        kept.close();
      }
    }),
    { numRuns: 60 },
  );
});

it("holds no more memory for many windows than for few", async () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const held = (): number => {
    // Buffers are freed by the collection that comes after the one which finds them.
    collect();
    collect();
    return process.memoryUsage().arrayBuffers;
  };
  async function* windows(count: number): AsyncGenerator<Window> {
    for (let i = 0; i < count; i++) {
      const tokens = new Int32Array(64).fill(i);
      yield { tokens, labels: new Int32Array(64).fill(i) };
    }
  }
  const memoryFor = async (count: number): Promise<number> => {
    const before = held();
    const kept = await keepWindows(windows(count), { folder, inMemory: 2 ** 16 });
    let most = held() - before;
    let seen = 0;
    for (const _ of kept.all()) {
      if (++seen % (count / 4) === 0) most = Math.max(most, held() - before);
    }
    kept.close();
    expect(seen).toBe(count);
    return most;
  };
  const few = await memoryFor(20_000);
  // So many more are 15 MB of ids, and as much of labels.
  expect(await memoryFor(80_000)).toBeLessThan(few + 6e6);
});
