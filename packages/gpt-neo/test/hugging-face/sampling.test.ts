import { expect, it } from "vitest";
import type { DecodingOptions } from "../../src/generate/options/decoding.ts";
import { type Filters, processed, processorsOf } from "../../src/generate/processors/index.ts";
import { filterLogits } from "../../src/generate/sample.ts";
import { readJson } from "../support/expected.ts";
import { decodingOf } from "./decoding.ts";

interface Case {
  readonly vector: string;
  readonly warpers: readonly string[];
  readonly min_tokens_to_keep: number;
  readonly kept: readonly number[];
  readonly log_probs: readonly (number | null)[];
}

interface Fixture {
  readonly sampling: {
    readonly options: Readonly<Record<string, number>>;
    readonly logits: Readonly<Record<string, readonly number[]>>;
    readonly history: readonly number[];
    readonly cases: readonly Case[];
    readonly processors: readonly {
      readonly name: string;
      readonly prompt_length?: number;
      readonly eos_token_id?: number;
      readonly scores: readonly (number | null)[];
    }[];
  };
}

const { sampling } = await readJson<Fixture>("hugging-face/gpt-neo-tiny/expected.json");
const { cases, history, logits, options, processors } = sampling;

it("has all cases of filters and of processors", () => {
  expect([cases.length, processors.length]).toEqual([73, 5]);
});

it.each(
  cases.map((row) => {
    const least = `at least ${row.min_tokens_to_keep}`;
    return [`${row.warpers.join(", ")} of ${row.vector} logits, ${least}`, row] as const;
  }),
)(
  "keeps what Hugging Face keeps: %s",
  (_, { vector, warpers, min_tokens_to_keep, kept, log_probs }) => {
    const on = Object.fromEntries(warpers.map((name) => [name, options[name]]));
    const filters: Filters = { temperature: 1, topK: 0, topP: 1, ...decodingOf(on) } as Filters;
    const filtered = filterLogits(logits[vector]!, filters, min_tokens_to_keep);
    const finite = [...filtered.keys()].filter((i) => filtered[i]! > Number.NEGATIVE_INFINITY);
    expect(finite).toEqual(kept);
    const total = Math.log(filtered.reduce((sum, x) => sum + Math.exp(x), 0));
    for (const i of kept) expect(Math.abs(filtered[i]! - total - log_probs[i]!)).toBeLessThan(1e-5);
  },
);

it.each(processors)("processes as Hugging Face does: $name", (row) => {
  const { prompt_length = 5, eos_token_id, scores } = row;
  const text = {
    ends: eos_token_id === undefined ? [] : [eos_token_id],
    promptLength: prompt_length,
    most: 100,
  };
  const made = processed(
    processorsOf(decodingOf(row) as DecodingOptions, text),
    Float64Array.from(logits.normal!),
    { ids: history, promptLength: prompt_length },
  );
  expect(made).toHaveLength(scores.length);
  for (const [id, score] of scores.entries()) {
    if (score === null) expect(made[id]).toBe(Number.NEGATIVE_INFINITY);
    else expect(Math.abs(made[id]! - score)).toBeLessThan(1e-6);
  }
});
