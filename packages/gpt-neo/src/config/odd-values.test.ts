import { MtfError } from "mtf";
import { expect, it } from "vitest";
import { dialectKeys } from "./dialects/index.ts";
import { neoxKeys } from "./neox/keys.ts";
import { parseNeox } from "./neox/neox.ts";
import { readNeox } from "./neox/read.ts";
import { parseOriginalConfig } from "./original.ts";
import { originalKeys } from "./original-keys.ts";
import { keySchemas, parseConfig } from "./schema.ts";

// What JSON can hold, and neither a number nor a text can be made of.
const odd: readonly unknown[] = [
  { toString: false },
  [{ toString: false }],
  { valueOf: 1, toString: 1 },
];

const original = { n_embd: 16, n_head: 2, n_layer: 1, n_vocab: 40, n_ctx: 16, opt_name: "adam" };
const sizes = { num_layers: 2, hidden_size: 16, num_attention_heads: 2, seq_length: 16 };
const neox = { ...sizes, max_position_embeddings: 16, train_iters: 10 };

/** The keys with which reading one of the values ends in another error than one of ours. */
function unsafe(keys: readonly string[], read: (key: string, value: unknown) => unknown) {
  return keys.filter((key) =>
    odd.some((value) => {
      try {
        read(key, value);
        return false;
      } catch (error) {
        return !(error instanceof MtfError) || error.code === "internal";
      }
    }),
  );
}

it("no value of a config is an error of JavaScript", () => {
  const attention_types = [[["global"], 1]];
  const theirs = { ...original, attention_types };
  expect(
    unsafe(originalKeys, (key, value) => parseOriginalConfig({ ...theirs, [key]: value })),
  ).toEqual([]);
  expect(
    unsafe(neoxKeys, (key, value) =>
      parseNeox(readNeox(JSON.stringify({ ...neox, [key]: value }), "a.json"), "a.json"),
    ),
  ).toEqual([]);
  for (const model_type of ["gpt_neo", "gpt2", "gpt_neox", "gptj", "llama", "mistral"]) {
    const keys = [...Object.keys(keySchemas.model), ...dialectKeys];
    expect(unsafe(keys, (key, value) => parseConfig({ model_type, [key]: value }))).toEqual([]);
  }
});
