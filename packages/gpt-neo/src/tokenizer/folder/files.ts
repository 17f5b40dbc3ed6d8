import { stat } from "node:fs/promises";
import { join } from "node:path";
import { isObject, parseJson } from "../../json.ts";
import { readSmallFile } from "../../small-file.ts";
import type { Json } from "../json/index.ts";

/** A file of a tokenizer's folder, parsed. */
export interface ParsedFile {
  readonly file: string;
  readonly text: string;
  readonly value: unknown;
}

/** What lies in a tokenizer's folder. */
export interface FolderFiles {
  readonly folder: string;
  readonly tokenizer: ParsedFile | undefined;
  readonly vocabulary: ParsedFile | undefined;
  /** The text of `merges.txt`. */
  readonly merges: string | undefined;
  /** `tokenizer_config.json`; empty where there is none, as the others are. */
  readonly config: Json;
  readonly specialTokens: Json;
  readonly added: Json;
  /** The model's own `config.json`. */
  readonly model: Json;
}

/**
 * Reads the files of a folder that say what its tokenizer is. Undefined where it has none.
 *
 * @throws MtfError `bad-file` for what is no JSON
 */
export async function readFolder(folder: string): Promise<FolderFiles | undefined> {
  const tokenizer = await parsed(folder, "tokenizer.json");
  const vocabulary = tokenizer ? undefined : await parsed(folder, "vocab.json");
  if (!tokenizer && !vocabulary) return undefined;
  const object = async (name: string): Promise<Json> => {
    const value = (await parsed(folder, name))?.value;
    return isObject(value) ? value : {};
  };
  return {
    folder,
    tokenizer,
    vocabulary,
    merges: tokenizer ? undefined : await textIn(folder, "merges.txt"),
    config: await object("tokenizer_config.json"),
    specialTokens: await object("special_tokens_map.json"),
    added: await object("added_tokens.json"),
    model: await object("config.json"),
  };
}

/** Several times as much as the largest vocabularies take. */
const longestFile = 256 << 20;

/**
 * The text of a tokenizer's file.
 *
 * @throws MtfError `bad-file` if it cannot be read, or is longer than any such file
 */
export function readTokenizerText(file: string): Promise<string> {
  return readSmallFile(file, longestFile);
}

async function textIn(folder: string, name: string): Promise<string | undefined> {
  const file = join(folder, name);
  const found = await stat(file).catch(() => undefined);
  return found ? readTokenizerText(file) : undefined;
}

async function parsed(folder: string, name: string): Promise<ParsedFile | undefined> {
  const text = await textIn(folder, name);
  const file = join(folder, name);
  return text === undefined ? undefined : { file, text, value: parseJson(text, file) };
}
