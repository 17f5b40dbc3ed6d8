import fc from "fast-check";
import { bytesInMemory } from "mtf/files";
import { expect, it } from "vitest";
import { window } from "./window.ts";

it("pieces of a file are its bytes, wherever and however long, and lie where numbers may", async () => {
  const bytes = Uint8Array.from({ length: 200 }, (_, i) => i);
  const piece = fc.nat(200).chain((offset) => fc.tuple(fc.constant(offset), fc.nat(200 - offset)));
  await fc.assert(
    fc.asyncProperty(
      fc.array(piece),
      fc.constantFrom(1, 2, 4, 8),
      fc.integer({ min: 1, max: 64 }),
      async (pieces, width, blockBytes) => {
        const read = window(bytesInMemory("bytes", bytes), width, blockBytes);
        for (const [offset, count] of pieces) {
          const found = await read(offset, count);
          expect(found).toEqual(bytes.slice(offset, offset + count));
          expect(found.byteOffset % width).toBe(0);
        }
      },
    ),
  );
});

it("pieces behind each other are read at once", async () => {
  let reads = 0;
  const source = bytesInMemory("bytes", new Uint8Array(1000));
  const counted = {
    ...source,
    read: (offset: number, into: Uint8Array) => {
      reads++;
      return source.read(offset, into);
    },
  };
  const read = window(counted, 2, 100);
  for (let offset = 0; offset < 1000; offset += 10) await read(offset, 10);
  expect(reads).toBe(10);
});
