import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { draws } from "../../../mtf/src/testing/draws.ts";
import { temporaryFolder } from "../../test/support/cli.ts";
import { fixture } from "../../test/support/expected.ts";
import { wholeDocuments } from "../../test/support/whole-documents.ts";
import { readIds } from "../data/index.ts";
import {
  bytesTokenizer,
  gpt2Tokenizer,
  jsonTokenizer,
  type Tokenizer,
  withSpecial,
} from "./index.ts";

const folder = temporaryFolder();
const json = (name: string): Tokenizer =>
  jsonTokenizer(name, readFileSync(fixture(`tokenizer-json/${name}/tokenizer.json`), "utf8"));
const tokenizers: readonly (readonly [string, Tokenizer])[] = [
  ["bytes", bytesTokenizer],
  ["gpt2", gpt2Tokenizer()],
  ...["tiny-plain", "tiny-nfkc_prefix", "tiny-neox20b"].map((name) => [name, json(name)] as const),
];
const end = "<|endoftext|>";
const pieces = fc.array(
  fc.constantFrom(end, "<|endof", "text|>", "<|", " ", "\n", "a", "the text", "\u0085", "é"),
  { maxLength: 20 },
);

describe.each(tokenizers)("withSpecial(%s)", (name, tokenizer) => {
  const special = withSpecial(tokenizer);
  const endsIn = (ids: Iterable<number>) => [...ids].filter((id) => id === tokenizer.endOfText);

  it("makes every end that is written out an end, and no other; its text is the same", () => {
    fc.assert(
      fc.property(pieces, (list) => {
        const text = list.join("");
        expect(endsIn(special.encode(text))).toHaveLength(text.split(end).length - 1);
        expect(endsIn(tokenizer.encode(text))).toHaveLength(0);
        // One that normalises or puts spaces before words gives another text back.
        if (name === "tiny-nfkc_prefix" || name === "tiny-neox20b") return;
        expect(special.decode(special.encode(text))).toBe(text);
      }),
      { numRuns: draws(300) },
    );
  });

  it("is a tokenizer of its own: what lies between ends is encoded as before", () => {
    const [a, b] = ["the text ", " and on\n"];
    const ids = [...special.encode(`${a}${end}${b}`)];
    expect(ids).toEqual([...tokenizer.encode(a), tokenizer.endOfText, ...tokenizer.encode(b)]);
  });

  it("finds an end wherever parts of a text are cut", () => {
    if (!special.encoder) return;
    fc.assert(
      fc.property(pieces, fc.array(fc.nat(200)), (list, cuts) => {
        const text = list.join("");
        const at = [0, ...cuts.map((cut) => cut % (text.length + 1)), text.length];
        at.sort((x, y) => x - y);
        const encoder = special.encoder!();
        const ids = at.slice(1).flatMap((to, i) => [...encoder.push(text.slice(at[i], to))]);
        ids.push(...encoder.end());
        expect(ids).toEqual([...special.encode(text)]);
      }),
      { numRuns: draws(300) },
    );
  });

  it("finds an end where a file's chunks are cut", async () => {
    const file = join(folder, "long.txt");
    const vocabulary = { tokenizer: special, size: 60_000 };
    // Files are read 262,144 bytes at a time; 262,130 come before the x. So a read ends before,
    // within and after the first end of text.
    for (const before of [0, 1, 7, 13, 14, 15]) {
      const words = `${"word ".repeat(52_426)}${"x".repeat(before)}`;
      const text = `${words}${end}\nmore ${end}${"y z ".repeat(9)}`;
      await writeFile(file, text);
      for await (const ids of wholeDocuments(readIds([file], vocabulary))) {
        expect(endsIn(ids)).toHaveLength(2);
        expect([...ids]).toEqual([...special.encode(text)]);
      }
    }
  });
});
