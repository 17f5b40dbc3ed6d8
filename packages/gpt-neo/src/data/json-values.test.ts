import fc from "fast-check";
import { expect, it } from "vitest";
import { valuesIn } from "./json-values.ts";

/** The pieces of bytes that come in chunks of these sizes, over and over. */
async function piecesOf(text: string, sizes: readonly number[] = [4]) {
  const bytes = Buffer.from(text);
  async function* chunks() {
    // One buffer for all of them: a chunk holds until the next one is asked for.
    const chunk = new Uint8Array(Math.max(...sizes));
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = bytes.copy(chunk, 0, at, at + sizes[i % sizes.length]!);
      yield chunk.subarray(0, size);
      at += size;
    }
  }
  const pieces = [];
  for await (const { bytes: piece, line, offset } of valuesIn(chunks(), "a.json")) {
    pieces.push({ text: Buffer.from(piece).toString(), line, offset });
  }
  return pieces;
}

const word = fc.oneof(fc.string(), fc.constantFrom('"', "\\", '\\"', "],[", "}{", "é\n"));
const item = fc.oneof(
  word,
  fc.record({ text: word, meta: fc.array(fc.record({ a: word }), { maxLength: 2 }) }),
  fc.array(fc.nat(9), { maxLength: 3 }),
  fc.constantFrom(null, true, 1.5),
);
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 });

it("are a list's items or values behind each other, however they are printed and cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(item),
      fc.boolean(),
      fc.nat(2),
      sizes,
      async (items, flat, by, cut) => {
        // Lists behind each other are lists of documents, not documents.
        const wanted = flat ? items.filter((one) => !Array.isArray(one)) : items;
        const lines = wanted.map((one) => JSON.stringify(one, null, by));
        const text = flat ? lines.join(" \r\n") : JSON.stringify(wanted, null, by);
        const pieces = await piecesOf(text, cut);
        expect(pieces.map((piece) => JSON.parse(piece.text))).toEqual(wanted);
        for (const { text: piece, line, offset } of pieces) {
          const bytes = Buffer.from(text);
          const size = Buffer.byteLength(piece);
          expect(bytes.subarray(offset, offset + size).toString()).toBe(piece);
          expect(bytes.subarray(0, offset).toString().split("\n")).toHaveLength(line);
        }
      },
    ),
  );
});

it("may have a byte order mark before them, and no space between", async () => {
  const texts = async (text: string) => (await piecesOf(text)).map((piece) => piece.text);
  expect(await texts('\uFEFF[ "a",{}]')).toEqual(['"a"', "{}"]);
  expect(await texts('\uFEFF{"a":[1]}{"b":2}"c"3')).toEqual(['{"a":[1]}', '{"b":2}', '"c"', "3"]);
  expect(await texts('[1]\n["b"]')).toEqual(["1", '"b"']);
  expect(await texts(" \n")).toEqual([]);
});

it.each([
  ["[1,]", "a value is missing", 3],
  ["[,1]", "a value is missing", 1],
  ["[1,,2]", "a value is missing", 3],
  [' ["a", {"b": "]"}', "the list that begins here has no end", 1],
])("are not in %s", async (text, reason, offset) => {
  await expect(piecesOf(text)).rejects.toMatchObject({ details: { reason, offset, line: 1 } });
});
