import { nearest } from "mtf/files";
import type { Config } from "../config.ts";
import { defined, isOff, type Keys } from "../key-rules.ts";
import type { Note } from "../note.ts";
import { parseConfig } from "../schema.ts";
import { architectureOf } from "./architecture.ts";
import { familyOf, partsOf } from "./family.ts";
import { neoxKeys, noteOf } from "./keys.ts";
import { mergeEntries } from "./merge.ts";
import { modelOf } from "./model.ts";
import { type Entry, placeOf } from "./read.ts";
import { inTheirNames, unsupported } from "./their-names.ts";
import { isGpt2, tokenizerFileIn } from "./tokenizer.ts";
import { dataOf, trainingOf } from "./training.ts";

/** A NeoX config as one of ours, and what became of the keys that ours has no place for. */
export interface NeoxConfig {
  readonly config: Config;
  readonly notes: readonly Note[];
  /** Whether it says how many ids there are; else a tokenizer must. */
  readonly sized: boolean;
}

/** Whether a JSON value is a config of NeoX; Hugging Face's say which model they are of. */
export function isNeoxConfig(value: unknown): boolean {
  if (value === null || typeof value !== "object" || "model_type" in value) return false;
  return "num_attention_heads" in value || "num-attention-heads" in value;
}

const attentionNote: Note = [
  "attention",
  "is GPT-Neo's: not scaled, without biases of queries, keys and values",
];

/** Keys without which there is no model. */
const required = ["num_layers", "hidden_size", "num_attention_heads", "max_position_embeddings"];

/**
 * Reads the keys of NeoX's files as one config. Every key becomes one of ours, or a note that says
 * why not.
 *
 * @param where what errors call it
 * @param words how many ids the tokenizer of `tokenizerFileOf` makes; undefined if it is not there
 * @throws MtfError `bad-argument` naming keys that are written twice, and, with their lines, those
 * that make another model than GPT-Neo or whose values are wrong
 * @example
 * const { config, notes } = parseNeox(readNeox(text, "125M.yml"), "125M.yml");
 */
export function parseNeox(entries: readonly Entry[], where: string, words?: number): NeoxConfig {
  const { entries: merged, notes: overruled } = mergeEntries(entries);
  const keys: Keys = Object.fromEntries([...merged].map(([key, { value }]) => [key, value]));
  const problems: Note[] = [];
  const notes: Note[] = [...(familyOf(keys) === "gpt_neo" ? [attentionNote] : []), ...overruled];
  for (const [key, entry] of merged) {
    const told = noteOf(key, entry.value, keys);
    if (told === undefined) continue;
    const place = `${placeOf(entry)} ${key}`;
    if (told === "unknown") {
      const near = nearest(key, neoxKeys);
      if (near === undefined) notes.push([place, "is a key that is not known here: left out"]);
      else problems.push([place, `is no key of NeoX's; did you mean ${near}?`]);
    } else if (told.kind === "problem") problems.push([place, told.reason]);
    else notes.push([place, told.reason]);
  }
  for (const key of required) {
    if (!merged.has(key)) problems.push([key, "is missing"]);
  }
  const file = tokenizerFileIn(keys);
  if (file !== undefined && words === undefined) {
    const place = `${placeOf(merged.get("vocab_file")!)} vocab_file`;
    const needed = isOff(keys.padded_vocab_size)
      ? '`tokenizer: "FILE"` gives it, and vocab_size'
      : 'text needs `tokenizer: "FILE"`';
    notes.push([place, `is ${file}, which is not there: ${needed}`]);
  }
  const gpt2 = isGpt2(keys.tokenizer_type);
  const sized = gpt2 || words !== undefined || !isOff(keys.padded_vocab_size);
  if (problems.length > 0) throw unsupported(where, problems);
  const training = {
    ...trainingOf(keys, notes),
    ...dataOf(keys),
    tokenizer: gpt2 ? "gpt2" : words === undefined ? null : file,
  };
  try {
    const parts = partsOf(keys, defined(architectureOf(keys)));
    const config = parseConfig({ ...modelOf(keys, words), ...parts, training }, where);
    return { config, notes, sized };
  } catch (error) {
    throw inTheirNames(error, merged, where);
  }
}
