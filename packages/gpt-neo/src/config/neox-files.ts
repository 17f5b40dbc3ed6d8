import { existsSync } from "node:fs";
import { MtfError } from "mtf";
import { isObject } from "../json.ts";
import { optionsInWords } from "../options-in-words.ts";
import { makeTokenizer, tokenizerSource } from "../tokenizer/index.ts";
import { textOf } from "./config-text.ts";
import { endKeys, type LeftOut } from "./ends.ts";
import type { FoundConfig } from "./found.ts";
import { type Entry, parseNeox, readNeox, tokenizerFileOf } from "./neox/index.ts";
import { noConfig } from "./no-config.ts";
import { presets } from "./presets.ts";

/** Several files, with commas between their names, are NeoX's: of no other format one config is made of parts. */
export async function readSeveral(names: string): Promise<FoundConfig> {
  const files = names
    .split(",")
    .map((name) => name.trim())
    .filter((name) => name !== "");
  if (files.length === 0) throw noConfig(names);
  const preset = files.find((file) => Object.hasOwn(presets, file) && !existsSync(file));
  if (preset !== undefined) throw joined(names, `${preset} is a preset`, preset);
  const entries = [];
  for (const file of files) {
    const text = await textOf(file);
    if (isOurs(text)) throw joined(names, `${file} is a config of another format`, file);
    entries.push(...readNeox(text, file));
  }
  return fromNeox(entries, files.join(", "));
}

/** Whether the text of a file is a config as ours are, whose keys NeoX has not. */
function isOurs(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) && ("training" in value || "model_type" in value);
  } catch {
    return false;
  }
}

function joined(names: string, why: string, one: string): MtfError {
  return new MtfError("bad-argument", `'${names}' is no config: ${why}.`, {
    evidence: [["commas", "are between the files of one config of GPT-NeoX's"]],
    try: [
      optionsInWords({ config: one }),
      `${optionsInWords({ config: one, set: { warmup_steps: 50 } })} for keys of its "training"`,
    ],
  });
}

/** A config of NeoX's keys. What the tokenizer's file has to say about the size of the vocabulary is read with it. */
export async function fromNeox(entries: readonly Entry[], source: string): Promise<FoundConfig> {
  const file = tokenizerFileOf(entries);
  const tokenizer =
    file !== undefined && existsSync(file)
      ? makeTokenizer(await tokenizerSource(file, "vocab_file"))
      : undefined;
  const { config, notes, sized } = parseNeox(entries, source, tokenizer?.vocabSize);
  const leftOut: readonly LeftOut[] = sized ? endKeys : [...endKeys, "vocab_size"];
  return { config, format: "neox", source, notes, leftOut, trains: true };
}
