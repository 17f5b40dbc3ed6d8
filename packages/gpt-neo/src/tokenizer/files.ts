import { mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { MtfError } from "mtf";
import { writeAtomically } from "mtf/checkpoint";
import { parseJson } from "../json.ts";
import { readSmallFile } from "../small-file.ts";
import { byteLetters } from "./byte-letters.ts";
import { byteLevelFile } from "./byte-level-file.ts";
import { bytesTokenizer } from "./bytes.ts";
import { gpt2Tokenizer } from "./gpt2.ts";
import { gpt2Merges, gpt2Vocabulary, gpt2Words } from "./gpt2-files.ts";
import { type JsonTokenizer, jsonTokenizer } from "./json/tokenizer.ts";
import { endOfTextToken, type Tokenizer } from "./tokenizer.ts";

/**
 * The tokenizer of that name.
 *
 * @example
 * const tokenizer = tokenizerNamed("gpt2");
 */
export function tokenizerNamed(name: "bytes" | "gpt2"): Tokenizer {
  return name === "bytes" ? bytesTokenizer : gpt2Tokenizer();
}

/**
 * Writes a tokenizer's files into a model's folder, as Hugging Face's `AutoTokenizer` reads them.
 *
 * @throws MtfError `bad-file` if they cannot be written
 */
export async function saveTokenizer(
  folder: string,
  tokenizer: Tokenizer,
  longest: number,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const [name, text] of Object.entries(filesOf(tokenizer, longest))) {
    await writeAtomically(join(folder, name), (file) => file.write(text));
  }
}

/** Bytes as a byte-pair encoding without a single merge, which no pattern cuts up first. */
const bytesAsBpe = byteLevelFile(byteLetters, [], { endOfText: 256, pattern: false });

function filesOf(tokenizer: Tokenizer, longest: number): Record<string, string> {
  const end = isJson(tokenizer) ? tokenizer.decode([tokenizer.endOfText]) : endOfTextToken;
  const special = { bos_token: end, eos_token: end, unk_token: end };
  const config = (tokenizer_class: string): string =>
    json({ add_prefix_space: false, ...special, model_max_length: longest, tokenizer_class });
  if (tokenizer.name === "gpt2") {
    return {
      "vocab.json": gpt2Vocabulary(),
      "merges.txt": gpt2Merges(),
      "special_tokens_map.json": json(special),
      "tokenizer_config.json": config("GPT2Tokenizer"),
    };
  }
  return {
    "tokenizer.json": isJson(tokenizer) ? tokenizer.json : json(bytesAsBpe),
    "special_tokens_map.json": json(special),
    "tokenizer_config.json": config("PreTrainedTokenizerFast"),
  };
}

function isJson(tokenizer: Tokenizer): tokenizer is JsonTokenizer {
  return tokenizer.name === "json";
}

function json(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

/**
 * The tokenizer of a model's folder: that of its files, or, where there are none, the one its
 * vocabulary belongs to. Undefined where neither tells.
 *
 * @throws MtfError `bad-file` if its files are of a tokenizer that is not supported
 * @example
 * const tokenizer = await loadTokenizer("gpt-neo-125M", config.vocab_size);
 */
export async function loadTokenizer(
  folder: string,
  vocabulary: number,
): Promise<Tokenizer | undefined> {
  const vocab = await readJson(join(folder, "vocab.json"));
  if (vocab !== undefined) {
    if (sameVocabulary(vocab, gpt2Words())) return gpt2Tokenizer();
    throw unsupported(join(folder, "vocab.json"));
  }
  const file = join(folder, "tokenizer.json");
  const fast = (await readJson(file)) as { model?: { vocab?: unknown } } | null | undefined;
  if (fast !== undefined) {
    const found = fast?.model?.vocab;
    if (sameVocabulary(found, byteLetters)) return bytesTokenizer;
    if (sameVocabulary(found, gpt2Words())) return gpt2Tokenizer();
    return jsonTokenizer(file, await readTokenizerText(file));
  }
  if (vocabulary === bytesTokenizer.vocabSize) return bytesTokenizer;
  return vocabulary >= 50257 && vocabulary <= 50432 ? gpt2Tokenizer() : undefined;
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

async function readJson(path: string): Promise<unknown> {
  const found = await stat(path).catch(() => undefined);
  return found ? parseJson(await readTokenizerText(path), path) : undefined;
}

/** Whether a vocabulary has these words by id. The last one may be in another file. */
function sameVocabulary(found: unknown, words: readonly string[]): boolean {
  if (found === null || typeof found !== "object") return false;
  const entries = Object.entries(found);
  const missing = words.length - entries.length;
  return (missing === 0 || missing === 1) && entries.every(([word, id]) => words[id] === word);
}

function unsupported(file: string): MtfError {
  return new MtfError("bad-file", `${file} is of a tokenizer other than GPT-2's and bytes.`, {
    try: ["--input-ids, or data with input_ids: ids need no tokenizer"],
    file,
  });
}
