import { copyFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { MtfError } from "mtf";
import type { Config } from "../config/index.ts";
import type { Note } from "../config/note.ts";
import { makeTokenizer, saveTokenizer, tokenizerSource } from "../tokenizer/index.ts";

/** Files beside a model's weights that make up its tokenizer. */
const tokenizerFiles = [
  "tokenizer.json",
  "tokenizer_config.json",
  "vocab.json",
  "merges.txt",
  "special_tokens_map.json",
  "added_tokens.json",
];

/** Files beside a model's weights that belong to it. */
const companions = [...tokenizerFiles, "generation_config.json"];

/** Takes over what lies beside a model's weights, and tells the names. */
export async function copyCompanions(from: string, to: string): Promise<readonly string[]> {
  const copied: string[] = [];
  for (const name of companions) {
    const found = await stat(join(from, name)).catch(() => undefined);
    if (!found?.isFile()) continue;
    await copyFile(join(from, name), join(to, name));
    copied.push(name);
  }
  return copied;
}

/** Whether any of these files is of a tokenizer. */
export function haveTokenizer(names: readonly string[]): boolean {
  return names.some((name) => tokenizerFiles.includes(name));
}

/** Writes the tokenizer that a config names. Weights are no worse where it is not to be had. */
export async function writeTokenizer(
  folder: string,
  config: Config,
): Promise<{ readonly name?: string; readonly note?: Note }> {
  const name = config.training.tokenizer;
  if (name === null) return {};
  const because = (reason: string) => ({
    note: ["tokenizer", `is ${name}, of which nothing is written: ${reason}`] as const,
  });
  try {
    const tokenizer = makeTokenizer(await tokenizerSource(name, "training.tokenizer"));
    if (tokenizer.vocabSize > config.vocab_size) {
      return because(
        `its ${tokenizer.vocabSize} ids are more than vocab_size ${config.vocab_size}`,
      );
    }
    await saveTokenizer(folder, tokenizer, config.training.context);
    return { name };
  } catch (error) {
    if (!(error instanceof MtfError)) throw error;
    return because(error.message.split("\n")[0]!);
  }
}
