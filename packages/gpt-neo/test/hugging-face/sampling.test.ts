import { expect, it } from "vitest";
import { filterLogits } from "../../src/generate/sample.ts";
import { readJson } from "../support/expected.ts";

interface Case {
  readonly vector: string;
  readonly warpers: readonly string[];
  readonly min_tokens_to_keep: number;
  readonly kept: readonly number[];
  readonly log_probs: readonly (number | null)[];
}

interface Fixture {
  readonly sampling: {
    readonly options: {
      readonly temperature: number;
      readonly top_k: number;
      readonly top_p: number;
    };
    readonly logits: Readonly<Record<string, readonly number[]>>;
    readonly cases: readonly Case[];
  };
}

const { sampling } = await readJson<Fixture>("hugging-face/gpt-neo-tiny/expected.json");
const ours = new Set(["temperature", "top_k", "top_p"]);
// Several tokens at least are for beam search.
const cases = sampling.cases.filter(
  ({ warpers, min_tokens_to_keep }) =>
    warpers.every((w) => ours.has(w)) && min_tokens_to_keep === 1,
);

it.each(cases.map((row) => [`${row.warpers.join(", ")} of ${row.vector} logits`, row] as const))(
  "keeps what Hugging Face keeps: %s",
  (_, { vector, warpers, kept, log_probs }) => {
    const { temperature, top_k, top_p } = sampling.options;
    const filtered = filterLogits(sampling.logits[vector]!, {
      temperature: warpers.includes("temperature") ? temperature : 1,
      topK: warpers.includes("top_k") ? top_k : 0,
      topP: warpers.includes("top_p") ? top_p : 1,
    });
    const finite = [...filtered.keys()].filter((i) => filtered[i]! > Number.NEGATIVE_INFINITY);
    expect(finite).toEqual(kept);
    const total = Math.log(filtered.reduce((sum, x) => sum + Math.exp(x), 0));
    for (const i of kept) expect(Math.abs(filtered[i]! - total - log_probs[i]!)).toBeLessThan(1e-5);
  },
);

it("has cases of every filter", () => {
  expect(cases.length).toBeGreaterThanOrEqual(20);
});
