import type { Keys } from "../key-rules.ts";
import type { Entry } from "./read.ts";

/** Whether a tokenizer is GPT-2's, under one of its names. */
export function isGpt2(type: unknown): boolean {
  if (type === undefined || type === null) return true;
  return typeof type === "string" && /^(HF)?GPT2(BPE)?Tokenizer(Fast)?$/.test(type);
}

/** The `tokenizer.json` that a config names as its vocabulary. */
export function tokenizerFileIn({ tokenizer_type, vocab_file }: Keys): string | undefined {
  const named = tokenizer_type === "HFTokenizer" && typeof vocab_file === "string";
  return named && vocab_file !== "" ? vocab_file : undefined;
}

/**
 * The file of the tokenizer that entries name: what is to be read before they are.
 *
 * @example
 * tokenizerFileOf(readNeox("tokenizer-type: HFTokenizer\nvocab-file: a.json", "a.yml")); // a.json
 */
export function tokenizerFileOf(entries: readonly Entry[]): string | undefined {
  return tokenizerFileIn(Object.fromEntries(entries.map(({ key, value }) => [key, value])));
}
