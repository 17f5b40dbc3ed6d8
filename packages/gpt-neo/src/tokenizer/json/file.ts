import { brief, parseJson } from "../../json.ts";
import { type AddedToken, numbered, readAddedToken } from "./added-token.ts";
import { type Around, readAround } from "./around.ts";
import { checksOf, type Json } from "./checks.ts";

export type NormalForm = "NFC" | "NFD" | "NFKC" | "NFKD";

/** A step that cuts text into words. */
export type Cut =
  | { readonly kind: "byte-level"; readonly prefixSpace: boolean; readonly words: boolean }
  | { readonly kind: "digits"; readonly single: boolean }
  | { readonly kind: "split"; readonly pattern: string; readonly literal: boolean };

/** What a `tokenizer.json` says, checked. */
export interface TokenizerFile {
  readonly added: readonly AddedToken[];
  readonly normalForms: readonly NormalForm[];
  readonly cuts: readonly Cut[];
  readonly around: Around;
  readonly vocabulary: ReadonlyMap<string, number>;
  readonly merges: readonly (readonly [left: string, right: string])[];
  readonly unknown: string | undefined;
  /** Words that are tokens are not merged from their letters. */
  readonly wholeWords: boolean;
}

/**
 * Reads the text of a `tokenizer.json` that holds a byte-level BPE.
 *
 * @param file what errors call it
 * @throws MtfError `bad-file` for what is damaged, or of a kind that is not supported
 */
export function readTokenizerFile(file: string, text: string): TokenizerFile {
  return checkTokenizerFile(file, parseJson(text, file));
}

/** The same of a value that has been parsed. */
export function checkTokenizerFile(file: string, value: unknown): TokenizerFile {
  const checks = checksOf(file);
  const { refuse, object, list, string, id, steps } = checks;
  const root = object(value, "the file");
  const model = object(root.model, "model");
  if (model.type !== undefined && model.type !== "BPE") {
    refuse("model.type", `is ${String(model.type)}, where only BPE is supported`);
  }
  for (const key of ["continuing_subword_prefix", "end_of_word_suffix"]) {
    if (model[key]) refuse(`model.${key}`, "is not supported");
  }
  if (model.byte_fallback) refuse("model.byte_fallback", "is not supported");

  const vocabulary = new Map<string, number>();
  for (const [word, value] of Object.entries(object(model.vocab, "model.vocab"))) {
    vocabulary.set(word, id(value, `model.vocab[${brief(word)}]`));
  }
  if (list(model.merges, "model.merges").length >= maxMerges) {
    refuse("model.merges", `has ${maxMerges} pairs or more`);
  }
  const merges = list(model.merges, "model.merges").map((merge, i) => {
    const path = `model.merges[${i}]`;
    const pair = typeof merge === "string" ? merge.split(" ") : list(merge, path);
    if (pair.length !== 2) refuse(path, "is no pair");
    const [left, right] = pair.map((part) => string(part, path)) as [string, string];
    for (const part of [left, right, left + right]) {
      if (!vocabulary.has(part)) refuse(path, `names ${part}, which is not in the vocabulary`);
    }
    return [left, right] as const;
  });
  const unknown = model.unk_token ? string(model.unk_token, "model.unk_token") : undefined;
  if (unknown !== undefined && !vocabulary.has(unknown)) {
    refuse("model.unk_token", "is not in the vocabulary");
  }

  const tokens = list(root.added_tokens ?? [], "added_tokens").map((token, i) => {
    id((token as Json | null)?.id, `added_tokens[${i}].id`);
    return readAddedToken(token, `added_tokens[${i}]`, checks);
  });

  const normalForms = steps(root.normalizer, "normalizer", "normalizers").map(({ type }) =>
    isNormalForm(type) ? type : refuse("normalizer", `${String(type)} is not supported`),
  );
  const cuts = steps(root.pre_tokenizer, "pre_tokenizer", "pretokenizers").map((step) =>
    cutOf(step, refuse),
  );
  if (cuts.filter(({ kind }) => kind === "byte-level").length !== 1) {
    refuse("pre_tokenizer", "is not byte-level, which is all that is supported");
  }
  const wholeWords = model.ignore_merges === true;
  const added = numbered(tokens, vocabulary);
  const around = readAround(root.post_processor, checks);
  const ids = new Set([...vocabulary.values(), ...added.map((token) => token.id)]);
  const nobody = [...around.before, ...around.after].find((one) => !ids.has(one));
  if (nobody !== undefined) refuse("post_processor", `has the id ${nobody}, which no token has`);
  return { added, normalForms, cuts, around, vocabulary, merges, unknown, wholeWords };
}

/** A rank and a place in a text fit a number without loss. */
const maxMerges = 2 ** 22;

function isNormalForm(type: unknown): type is NormalForm {
  return type === "NFC" || type === "NFD" || type === "NFKC" || type === "NFKD";
}

function cutOf(step: Json, refuse: (path: string, reason: string) => never): Cut {
  if (step.type === "ByteLevel") {
    const prefixSpace = (step.add_prefix_space ?? true) === true;
    return { kind: "byte-level", prefixSpace, words: (step.use_regex ?? true) === true };
  }
  if (step.type === "Digits") return { kind: "digits", single: step.individual_digits === true };
  if (step.type === "Split" && step.behavior === "Isolated" && step.invert !== true) {
    const { Regex, String: literal } = (step.pattern ?? {}) as Json;
    if (typeof Regex === "string") return { kind: "split", pattern: Regex, literal: false };
    if (typeof literal === "string") return { kind: "split", pattern: literal, literal: true };
  }
  return refuse("pre_tokenizer", `${brief(step)} is not supported`);
}
