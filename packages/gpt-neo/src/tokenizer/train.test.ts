import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { jsonTokenizer } from "./json/tokenizer.ts";
import { countWords, trainTokenizer, type WordCounts } from "./train.ts";

const folder = new URL("../../test/fixtures/tokenizer-json/", import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, folder), "utf8");

function trained(texts: readonly string[], vocabSize: number): string {
  const counts: WordCounts = new Map();
  for (const text of texts) countWords(text, counts);
  return trainTokenizer(counts, { vocabSize });
}

describe("training", () => {
  it("gives the tokens and merges that Hugging Face's trainer gave for the same texts", () => {
    const { model } = JSON.parse(read("tiny-plain/tokenizer.json"));
    const ours = JSON.parse(trained(JSON.parse(read("training-texts.json")), 300)).model;
    expect(ours.merges).toEqual(model.merges);
    expect(ours.vocab).toEqual(model.vocab);
  });

  it("stops where no pair is seen twice", () => {
    const tokenizer = jsonTokenizer("trained", trained(["ab ab"], 5000));
    expect(tokenizer.vocabSize).toBe(258);
    expect(tokenizer.endOfText).toBe(0);
  });

  it("gives every text back", () => {
    const tokenizer = jsonTokenizer(
      "trained",
      trained(JSON.parse(read("training-texts.json")), 400),
    );
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
      }),
    );
  });
});
