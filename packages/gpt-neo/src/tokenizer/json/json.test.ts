import { readFileSync } from "node:fs";
import fc from "fast-check";
import { MtfError } from "mtf";
import { describe, expect, it } from "vitest";
import { draws } from "../../../../mtf/src/testing/draws.ts";
import { streamEncoder } from "./stream.ts";
import { jsonTokenizer } from "./tokenizer.ts";

const folder = new URL("../../../test/fixtures/tokenizer-json/", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, folder), "utf8");

interface Expected {
  readonly vocab_size_with_added: number;
  readonly cases: readonly { text: string; ids: number[]; decoded: string }[];
}

describe.each(["tiny-plain", "tiny-nfkc_prefix", "tiny-neox20b"])("%s", (name) => {
  const expected: Expected = JSON.parse(read(`${name}/expected.json`));

  it.each(["tokenizer.json", "tokenizer.old-merges.json"])("%s encodes and decodes", (file) => {
    const tokenizer = jsonTokenizer(file, read(`${name}/${file}`));
    expect(tokenizer.vocabSize).toBe(expected.vocab_size_with_added);
    for (const { text, ids, decoded } of expected.cases) {
      expect([...tokenizer.encode(text, { special: true })], JSON.stringify(text)).toEqual(ids);
      expect(tokenizer.decode(ids)).toBe(decoded);
    }
  });
});

describe("streams", () => {
  const tokenizers = ["tiny-plain", "tiny-nfkc_prefix", "tiny-neox20b"].map((name) =>
    jsonTokenizer(name, read(`${name}/tokenizer.json`)),
  );
  const odd = JSON.parse(read("tiny-plain/tokenizer.json"));
  odd.added_tokens.push(
    { id: 300, content: "<mask>", lstrip: true, rstrip: true, normalized: false, special: false },
    { id: 301, content: "a b", normalized: true, single_word: true, special: false },
  );
  tokenizers.push(jsonTokenizer("odd", JSON.stringify(odd)));
  const ends = new URL("../tokenizer-folders/json-template-both/tokenizer.json", folder);
  tokenizers.push(jsonTokenizer("with ends", readFileSync(ends, "utf8")));
  const words = fc.constantFrom(
    ..."<mask>|a b|<|endoftext|>| |  |\n|\u0085|\uFEFF|e\u0301|ﬁ|the|text|'s|12|🙂|a|b|<".split(
      "|",
    ),
  );
  const parts = fc.array(fc.oneof(words, fc.string({ unit: "binary" })), { maxLength: 30 });

  it("encode in parts cut anywhere to the ids of the whole", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...tokenizers),
        parts,
        fc.boolean(),
        (tokenizer, list, special) => {
          const encoder = streamEncoder(tokenizer, { special });
          const ids = [...list.map((part) => encoder.push(part)), encoder.end()];
          const whole = tokenizer.encode(list.join(""), { special });
          expect(ids.flatMap((some) => [...some])).toEqual([...whole]);
          // It begins afresh behind an end.
          expect([...encoder.push("the text"), ...encoder.end()]).toEqual([
            ...tokenizer.encode("the text", { special }),
          ]);
        },
      ),
      { numRuns: draws(2000) },
    );
  });

  it("never make a special token of text, unless told to", () => {
    const [tokenizer] = tokenizers;
    expect([...tokenizer!.encode("a<|endoftext|>")]).not.toContain(0);
    expect([...tokenizer!.encode("a<|endoftext|>", { special: true })]).toContain(0);
  });

  it("take n log n steps for a word of any length", () => {
    const started = performance.now();
    const ids = tokenizers[0]!.encode("the".repeat(200_000));
    expect(tokenizers[0]!.decode(ids)).toHaveLength(600_000);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe("damaged files", () => {
  const good = read("tiny-neox20b/tokenizer.json");
  interface File {
    readonly added_tokens: object[];
    readonly normalizer: object;
    readonly model: { readonly merges: unknown[] };
  }
  const changed = (change: (file: File) => void): string => {
    const file: File = JSON.parse(good);
    change(file);
    return JSON.stringify(file);
  };

  it.each<[string, string, RegExp]>([
    ["no JSON", "{", /is not JSON/],
    ["no model", "{}", /model is no object/],
    ["another model", '{"model":{"type":"Unigram"}}', /only BPE/],
    [
      "a merge of nothing",
      changed((file) => file.model.merges.push(["x y", "z"])),
      /not in the vocab/,
    ],
    [
      "an id too large",
      changed((file) => Object.assign(file.added_tokens[0]!, { id: 1e9 })),
      /whole number/,
    ],
    [
      "another normaliser",
      changed((file) => Object.assign(file.normalizer, { type: "Bert" })),
      /Bert is not supported/,
    ],
    [
      "an added token too long",
      changed((file) => Object.assign(file.added_tokens[0]!, { content: "x".repeat(100_000) })),
      /pattern that is too large/,
    ],
  ])("%s", (_, text, reason) => {
    expect(() => jsonTokenizer("tokenizer.json", text)).toThrow(reason);
  });

  it("end in an error of ours, whatever was changed", () => {
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.nat(40), fc.string(), (at, gone, put) => {
        try {
          jsonTokenizer("f", good.slice(0, at) + put + good.slice(at + gone)).encode("the text");
        } catch (error) {
          expect(error).toBeInstanceOf(MtfError);
        }
      }),
      { numRuns: draws(300) },
    );
  });
});
