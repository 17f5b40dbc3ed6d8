import { stat } from "node:fs/promises";
import { join } from "node:path";
import { MtfError } from "mtf";
import { bytesTokenizer } from "./bytes.ts";
import { loadTokenizer, readTokenizerText } from "./files.ts";
import { gpt2Tokenizer } from "./gpt2.ts";
import { jsonTokenizer } from "./json/tokenizer.ts";
import { withSpecial } from "./special.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** What says which tokenizer is meant, such that another thread can make the same one. */
export type TokenizerSource = (
  | { readonly kind: "gpt2" }
  | { readonly kind: "bytes" }
  | { readonly kind: "json"; readonly file: string; readonly json: string }
) & {
  /** Special tokens that are written out in a text become themselves. */
  readonly special?: boolean;
};

/**
 * The tokenizer that `--tokenizer` names: `gpt2`, `bytes`, a `tokenizer.json`, or a folder with one.
 *
 * @param what errors call the place that names it
 * @throws MtfError `bad-argument` if it is none of these, `bad-file` if the file cannot be used
 * @example
 * const tokenizer = makeTokenizer(await tokenizerSource("gpt2"));
 */
export async function tokenizerSource(
  name: string,
  what = "--tokenizer",
): Promise<TokenizerSource> {
  if (name === "gpt2" || name === "bytes") return { kind: name };
  const is = await stat(name).catch(() => undefined);
  if (!is) {
    throw new MtfError("bad-argument", `${what} is '${name}', which is no file either.`, {
      try: ["--tokenizer gpt2", "--tokenizer bytes", "--tokenizer FILE, a tokenizer.json"],
    });
  }
  if (!is.isDirectory()) return { kind: "json", file: name, json: await readTokenizerText(name) };
  const found = await loadTokenizer(name, 0);
  if (found?.name === "gpt2" || found?.name === "bytes") return { kind: found.name };
  const file = join(name, "tokenizer.json");
  if (found) return { kind: "json", file, json: await readTokenizerText(file) };
  throw new MtfError("bad-argument", `${name} has no tokenizer.`, {
    evidence: [["looked for", "tokenizer.json, vocab.json with merges.txt"]],
  });
}

/** What a source is called where it is written down: what `tokenizerSource` finds it by again. */
export function nameOfSource(source: TokenizerSource): string {
  return source.kind === "json" ? source.file : source.kind;
}

export function makeTokenizer(source: TokenizerSource): Tokenizer {
  const tokenizer =
    source.kind === "gpt2"
      ? gpt2Tokenizer()
      : source.kind === "bytes"
        ? bytesTokenizer
        : jsonTokenizer(source.file, source.json);
  return source.special ? withSpecial(tokenizer) : tokenizer;
}
