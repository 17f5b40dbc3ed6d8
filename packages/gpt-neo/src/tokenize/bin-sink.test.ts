import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { temporaryFolder } from "../../test/support/cli.ts";
import { openInPlace } from "../data/mmididx/in-place.ts";
import { openIndexed } from "../data/mmididx/open.ts";
import { binSink } from "./bin-sink.ts";

const folder = temporaryFolder();
const longest = 5;

const lengthsOfDocuments = fc.array(fc.integer({ min: 1, max: 17 }), {
  minLength: 1,
  maxLength: 6,
});

it("a document that is too long for a sequence has several, and is read as one", async () => {
  let count = 0;
  const property = fc.asyncProperty(lengthsOfDocuments, fc.integer(), async (lengths, seed) => {
    const prefix = join(folder, `ids-${count++}`);
    const all = lengths.map((length, d) => Int32Array.from({ length }, (_, i) => (d + i) % 9));
    // In parts of any length, and stopped after the first.
    const parts = all.flatMap((ids) => {
      const cut = 1 + (Math.abs(seed) % ids.length);
      const rest = ids.subarray(cut);
      return rest.length === 0
        ? [{ ids, open: false }]
        : [
            { ids: ids.subarray(0, cut), open: true },
            { ids: rest, open: false },
          ];
    });
    let sink = await binSink(prefix, 1e6, undefined, { longest });
    for (const [i, { ids, open }] of parts.entries()) {
      await sink.append(ids, Uint32Array.of(ids.length), open);
      if (i > 0) continue;
      const saved = JSON.parse(JSON.stringify(await sink.save()));
      await sink.close();
      sink = await binSink(prefix, 1e6, saved, { longest });
    }
    await sink.finish();
    await sink.clean();
    const data = await openIndexed(`${prefix}.bin`);
    expect(data.documents).toBe(all.length);
    for (const [d, ids] of all.entries()) {
      const [first, next] = await data.document(d);
      expect(next - first).toBe(Math.ceil(ids.length / longest));
      const read: number[] = [];
      for (let s = first; s < next; s++) {
        const { count } = await data.place(s);
        expect(count).toBeLessThanOrEqual(longest);
        read.push(...Array.from(await data.read(s, 0, count), Number));
      }
      expect(read).toEqual([...ids]);
    }
    await data.close();
    const source = await openInPlace(`${prefix}.bin`, { size: 1e6, endOfText: 999 });
    expect(source).toBeDefined();
    await source!.close();
  });
  await fc.assert(property, { numRuns: 60 });
});

it("what was saved is gone on with only if it is as it was written", async () => {
  const prefix = join(folder, "damaged");
  const sink = await binSink(prefix, 257, undefined, { sums: true });
  await sink.append(
    Uint16Array.from({ length: 200_000 }, (_, i) => i % 257),
    Uint32Array.of(200_000),
    false,
  );
  const saved = JSON.parse(JSON.stringify(await sink.save()));
  await sink.close();
  await (await binSink(prefix, 257, saved, { sums: true })).close();
  const bytes = readFileSync(`${prefix}.bin.part`);
  bytes[300_000]! ^= 4;
  writeFileSync(`${prefix}.bin.part`, bytes);
  const again = binSink(prefix, 257, saved, { sums: true });
  await expect(again).rejects.toThrow("damaged.bin.part: it is not as it was written.");
});
