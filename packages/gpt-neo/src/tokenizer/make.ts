import { bytesTokenizer } from "./bytes.ts";
import { gpt2Tokenizer } from "./gpt2.ts";
import { jsonTokenizer } from "./json/tokenizer.ts";
import type { Roles } from "./roles.ts";
import { withSpecial } from "./special.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** What says which tokenizer is meant, such that another thread can make the same one. */
export type TokenizerSource = (
  | { readonly kind: "gpt2" }
  | { readonly kind: "bytes" }
  | {
      readonly kind: "json";
      /** What errors call it. */
      readonly file: string;
      readonly json: string;
      readonly roles?: Roles;
      /** The folder whose files came together in `json`, where they are more than the one. */
      readonly folder?: string;
    }
) & {
  /** Special tokens that are written out in a text become themselves. */
  readonly special?: boolean;
};

/** What a source is called where it is written down: what `tokenizerSource` finds it by again. */
export function nameOfSource(source: TokenizerSource): string {
  return source.kind === "json" ? (source.folder ?? source.file) : source.kind;
}

/**
 * The tokenizer that a source says.
 *
 * @throws MtfError `bad-file` for a `tokenizer.json` that is damaged or of a kind that is not supported
 * @example
 * makeTokenizer({ kind: "bytes" }).encode("a"); // 97
 */
export function makeTokenizer(source: TokenizerSource): Tokenizer {
  const tokenizer =
    source.kind === "json"
      ? jsonTokenizer(source.file, source.json, source.roles)
      : tokenizerNamed(source.kind);
  return source.special ? withSpecial(tokenizer) : tokenizer;
}

/**
 * The tokenizer of that name.
 *
 * @example
 * const tokenizer = tokenizerNamed("gpt2");
 */
export function tokenizerNamed(name: "bytes" | "gpt2"): Tokenizer {
  return name === "bytes" ? bytesTokenizer : gpt2Tokenizer();
}
