import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { draws } from "../../../mtf/src/testing/draws.ts";
import { bytesTokenizer } from "./bytes.ts";
import { gpt2Tokenizer } from "./gpt2.ts";
import { gpt2Merges, gpt2Vocabulary, gpt2Words } from "./gpt2-files.ts";
import { tokenizerNamed } from "./make.ts";
import { mergeWord } from "./merge.ts";
import { loadTokenizer } from "./open.ts";
import { saveTokenizer } from "./save.ts";
import { lastBorder, piecesOf, splitWords } from "./split.ts";

interface Cases {
  readonly meta: { readonly sha256: Record<string, string> };
  readonly cases: readonly { text: string; ids: number[]; ids_special_as_plain_text?: number[] }[];
  readonly decode: readonly { ids: number[]; text: string }[];
}

const file = new URL("../../test/fixtures/tokenizer/gpt2.json", import.meta.url);
const { meta, cases, decode }: Cases = JSON.parse(await readFile(file, "utf8"));
const gpt2 = gpt2Tokenizer();

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tokenizer-"));
});
afterAll(() => rm(folder, { recursive: true }));

const texts = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc
    .array(
      fc.constantFrom(" ", "  ", "\n", "\u0085", "\uFEFF", "\u3000", "'s", "it", "9", "é", "!"),
    )
    .map((parts) => parts.join("")),
);

describe("gpt2", () => {
  it("encodes every string of the fixtures", () => {
    expect(cases.length).toBeGreaterThan(400);
    for (const { text, ids, ids_special_as_plain_text } of cases) {
      expect([...gpt2.encode(text)], JSON.stringify(text)).toEqual(
        ids_special_as_plain_text ?? ids,
      );
    }
  });

  it("decodes all ids of the fixtures, at once and one by one", () => {
    for (const { ids, text } of decode) {
      expect(gpt2.decode(ids)).toBe(text);
      const decoder = gpt2.decoder();
      expect(ids.map((id) => decoder.push(id)).join("") + decoder.end()).toBe(text);
    }
    expect(gpt2.decode([15496, 60000, 995])).toBe("Hello\uFFFD world");
  });

  it("writes GPT-2's own files from the package's table", () => {
    const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
    expect(sha256(gpt2Merges())).toBe(meta.sha256["vocab.bpe"]);
    expect(sha256(gpt2Vocabulary())).toBe(meta.sha256["encoder.json"]);
  });

  it("takes n log n steps for a word of any length, with the same ids", () => {
    const ranks = new Map(gpt2Words().map((word, id) => [word, id]));
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom("a", "b", "e", "th"), minLength: 49 }),
        (word) => {
          const long = mergeWord(word, ranks);
          expect(long).toEqual(mergeNaively(word, ranks));
        },
      ),
      { numRuns: draws(200) },
    );
    const started = performance.now();
    const ids = gpt2.encode("ab".repeat(250_000));
    expect(gpt2.decode(ids)).toHaveLength(500_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

function mergeNaively(word: string, ranks: ReadonlyMap<string, number>): number[] {
  const parts = [...word];
  for (;;) {
    const joins = parts.slice(1).map((part, i) => ranks.get(parts[i]! + part) ?? Infinity);
    const best = Math.min(...joins);
    if (best === Infinity) return parts.map((part) => ranks.get(part)!);
    const at = joins.indexOf(best);
    parts.splice(at, 2, parts[at]! + parts[at + 1]!);
  }
}

describe.each([bytesTokenizer, gpt2])("$name", (tokenizer) => {
  it("gives every text back", () => {
    fc.assert(
      fc.property(texts, (text) => {
        const ids = tokenizer.encode(text);
        for (const id of ids) expect(id).toBeLessThan(tokenizer.endOfText);
        expect(tokenizer.decode(ids)).toBe(Buffer.from(text).toString());
      }),
      { numRuns: draws(500) },
    );
  });

  it("never makes the end of text out of text, and shows it", () => {
    expect([...tokenizer.encode("a<|endoftext|>")]).not.toContain(tokenizer.endOfText);
    expect(tokenizer.decode([97 % tokenizer.vocabSize, tokenizer.endOfText])).toMatch(
      /<\|endoftext\|>$/,
    );
  });

  it("streams whole characters only", () => {
    const text = "naïve 🙂 中";
    const decoder = tokenizer.decoder();
    const parts = [...tokenizer.encode(text)].map((id) => decoder.push(id));
    expect(parts.join("") + decoder.end()).toBe(text);
    expect(parts.some((part) => part.includes("\uFFFD"))).toBe(false);
    const broken = bytesTokenizer.decoder();
    expect([broken.push(0xf0), broken.push(0x9f), broken.end()]).toEqual(["", "", "\uFFFD"]);
  });

  it("is known again by the files it wrote", async () => {
    const where = join(folder, tokenizer.name);
    await saveTokenizer(where, tokenizer, 128);
    expect(await readdir(where)).toContain("tokenizer_config.json");
    expect((await loadTokenizer(where, 12))?.name).toBe(tokenizer.name);
    expect((await loadTokenizer(folder, tokenizer.vocabSize))?.name).toBe(tokenizer.name);
    expect(tokenizerNamed(tokenizer.name as "bytes" | "gpt2").vocabSize).toBe(tokenizer.vocabSize);
  });
});

it("a text cut at a border encodes to the ids of the whole", () => {
  fc.assert(
    fc.property(texts, texts, (left, right) => {
      const cut = lastBorder(left);
      const [a, b] = [left.slice(0, cut), left.slice(cut) + right];
      expect([...splitWords(a), ...splitWords(b)]).toEqual(splitWords(left + right));
      expect([...gpt2.encode(a), ...gpt2.encode(b)]).toEqual([...gpt2.encode(left + right)]);
    }),
    { numRuns: draws(2000) },
  );
});

it("pieces of a text have the words of the whole", () => {
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 40 }), (text, length) => {
      const pieces = [...piecesOf(text, length)];
      expect(pieces.join("")).toBe(text);
      expect(pieces.flatMap(splitWords)).toEqual(splitWords(text));
    }),
    { numRuns: draws(2000) },
  );
  expect([...piecesOf("a few words", 6)]).toEqual(["a few", " words"]);
  expect([...piecesOf("a".repeat(100), 6)]).toEqual(["a".repeat(100)]);
});

it("a folder of another tokenizer is refused, one of none is nobody's", async () => {
  expect(await loadTokenizer(folder, 97)).toBeUndefined();
  await writeFile(join(folder, "vocab.json"), '{"a": 0}');
  await expect(loadTokenizer(folder, 97)).rejects.toMatchObject({ code: "bad-file" });
  await writeFile(join(folder, "vocab.json"), "{");
  await expect(loadTokenizer(folder, 97)).rejects.toThrow(/is not JSON/);
  await rm(join(folder, "vocab.json"));
});
