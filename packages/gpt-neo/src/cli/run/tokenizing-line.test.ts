import { expect, it } from "vitest";
import { tokenizingLine } from "./tokenizing-line.ts";

const far = { documents: 3, tokens: 12_000, file: "a.jsonl", files: 1, fileNumber: 0 };

it("says what there is, how fast it comes and how long the rest takes", () => {
  const from = { tokens: 0, share: 0 };
  expect(tokenizingLine({ ...far, share: 0.25, from }, 10)).toBe(
    "tokenizing a.jsonl: 3 documents, 12,000 tokens  1,200 tokens/s  30 s left",
  );
  expect(tokenizingLine({ ...far, files: 3, fileNumber: 1, share: undefined, from }, 10)).toBe(
    "tokenizing a.jsonl (2 of 3): 3 documents, 12,000 tokens  1,200 tokens/s",
  );
});

it("counts what this call has done, and nothing in its first moment", () => {
  const from = { tokens: 10_000, share: 0.5 };
  expect(tokenizingLine({ ...far, share: 0.6, from }, 10)).toBe(
    "tokenizing a.jsonl: 3 documents, 12,000 tokens  200 tokens/s  40 s left",
  );
  expect(tokenizingLine({ ...far, share: 0.6, from }, 0.2)).toBe(
    "tokenizing a.jsonl: 3 documents, 12,000 tokens",
  );
});
