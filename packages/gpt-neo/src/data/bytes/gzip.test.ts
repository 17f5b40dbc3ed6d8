import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { expect, it } from "vitest";
import { gunzip } from "./gzip.ts";

async function inside(packed: Uint8Array, size: number): Promise<Buffer> {
  async function* chunks() {
    for (let at = 0; at < packed.length; at += size) yield packed.slice(at, at + size);
  }
  const pieces: Uint8Array[] = [];
  for await (const chunk of gunzip("a.gz", chunks())) pieces.push(chunk.slice());
  return Buffer.concat(pieces);
}

it("has its members, and zeros behind them, however it comes in", async () => {
  const member = fc.uint8Array({ maxLength: 50 });
  await fc.assert(
    fc.asyncProperty(
      fc.array(member, { minLength: 1, maxLength: 3 }),
      fc.nat(80),
      fc.boolean(),
      fc.integer({ min: 1, max: 50 }),
      async (members, zeros, more, size) => {
        const packed = [...members.map((one) => gzipSync(one)), new Uint8Array(zeros)];
        if (!more)
          expect(await inside(Buffer.concat(packed), size)).toEqual(Buffer.concat(members));
        else {
          const bytes = Buffer.concat([...packed, Uint8Array.of(1)]);
          await expect(inside(bytes, size)).rejects.toMatchObject({ code: "bad-file" });
        }
      },
    ),
  );
});
