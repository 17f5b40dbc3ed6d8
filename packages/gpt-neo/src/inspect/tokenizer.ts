import { basename, dirname } from "node:path";
import { parseJson } from "../json.ts";
import {
  loadTokenizer,
  makeTokenizer,
  readTokenizerText,
  type Tokenizer,
  tokenizerSource,
} from "../tokenizer/index.ts";

/** What a tokenizer is. */
export interface TokenizerSummary {
  readonly name: Tokenizer["name"];
  readonly file: string;
  readonly vocabSize: number;
  /** The id that separates documents, and how it is written. */
  readonly endOfText: number;
  readonly endOfTextToken: string;
  /** Tokens that are matched before anything else, with their ids. */
  readonly added?: Readonly<Record<string, number>>;
  readonly merges?: number;
}

/** The files that tell a folder's tokenizer. */
export const tokenizerFiles: readonly string[] = ["tokenizer.json", "vocab.json"];

/**
 * Says what the tokenizer of a file or a folder is.
 *
 * @throws MtfError `bad-file` if it is damaged or of a kind that is not supported
 */
export async function inspectTokenizer(path: string): Promise<TokenizerSummary | undefined> {
  // A vocabulary alone is half a tokenizer: the folder has the rest.
  const tokenizer = path.endsWith(".json")
    ? basename(path) === "tokenizer.json" || !(await isVocabulary(path))
      ? makeTokenizer(await tokenizerSource(path))
      : await loadTokenizer(dirname(path), 0)
    : await loadTokenizer(path, 0);
  if (!tokenizer) return undefined;
  const { name, vocabSize, endOfText } = tokenizer;
  const base = {
    name,
    file: path,
    vocabSize,
    endOfText,
    endOfTextToken: tokenizer.decode([endOfText]),
  };
  const json = "json" in tokenizer ? (tokenizer.json as string) : undefined;
  if (json === undefined) return base;
  const { added_tokens, model } = JSON.parse(json) as {
    added_tokens?: { content: string; id: number }[];
    model: { merges?: unknown[] };
  };
  return {
    ...base,
    added: Object.fromEntries((added_tokens ?? []).map(({ content, id }) => [content, id])),
    merges: model.merges?.length ?? 0,
  };
}

async function isVocabulary(path: string): Promise<boolean> {
  const value = parseJson(await readTokenizerText(path), path);
  return value === null || typeof value !== "object" || !("model" in value);
}
