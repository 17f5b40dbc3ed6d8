import { stat } from "node:fs/promises";
import { MtfError } from "mtf";
import { bytesTokenizer } from "./bytes.ts";
import { readTokenizerText } from "./folder/files.ts";
import { sourceOfFolder } from "./folder/source.ts";
import { makeTokenizer, type TokenizerSource } from "./make.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * The tokenizer that an option names: `gpt2`, `bytes`, a `tokenizer.json`, or a folder with one.
 *
 * @param what errors call the place that names it
 * @throws MtfError `bad-argument` if it is none of these, `bad-file` if the file cannot be used
 * @example
 * const tokenizer = makeTokenizer(await tokenizerSource("gpt2"));
 */
export async function tokenizerSource(
  name: string,
  what = "`tokenizer`",
): Promise<TokenizerSource> {
  if (name === "gpt2" || name === "bytes") return { kind: name };
  const is = await stat(name).catch(() => undefined);
  if (!is) {
    throw new MtfError("bad-argument", `${what} is '${name}', which is no file either.`, {
      try: ['`tokenizer: "gpt2"`', '`tokenizer: "bytes"`', '`tokenizer: "FILE"`, a tokenizer.json'],
    });
  }
  if (!is.isDirectory()) return { kind: "json", file: name, json: await readTokenizerText(name) };
  const found = await sourceOfFolder(name);
  if (found) return found;
  throw new MtfError("bad-argument", `${name} has no tokenizer.`, {
    evidence: [["looked for", "tokenizer.json, vocab.json with merges.txt"]],
  });
}

/**
 * The tokenizer of a model's folder: that of its files, as transformers loads it, or, where there are
 * none, the one its vocabulary belongs to. Undefined where neither tells.
 *
 * @throws MtfError `bad-file` if its files are of a tokenizer that is not supported
 * @example
 * const tokenizer = await loadTokenizer("gpt-neo-125M", config.vocab_size);
 */
export async function loadTokenizer(
  folder: string,
  vocabulary: number,
): Promise<Tokenizer | undefined> {
  const source = await modelTokenizerSource(folder, vocabulary);
  return source && makeTokenizer(source);
}

/**
 * What makes the tokenizer of a model's folder, as `loadTokenizer` finds it.
 *
 * @throws MtfError as `loadTokenizer`
 * @example
 * const source = await modelTokenizerSource("gpt-neo-125M", config.vocab_size);
 */
export async function modelTokenizerSource(
  folder: string,
  vocabulary: number,
): Promise<TokenizerSource | undefined> {
  const source = await sourceOfFolder(folder);
  if (source) return source;
  if (vocabulary === bytesTokenizer.vocabSize) return { kind: "bytes" };
  return vocabulary >= 50257 && vocabulary <= 50432 ? { kind: "gpt2" } : undefined;
}
