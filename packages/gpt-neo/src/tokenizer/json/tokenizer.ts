import { MtfError } from "mtf";
import { byteLetters } from "../byte-letters.ts";
import { decoderWith, decodeWith } from "../decode.ts";
import type { Roles } from "../roles.ts";
import { endOfTextToken, type Tokenizer } from "../tokenizer.ts";
import { rememberWords } from "../words.ts";
import { finderOf } from "./added.ts";
import { putAround } from "./around.ts";
import { readTokenizerFile, type TokenizerFile } from "./file.ts";
import { joinAll, joinsOf } from "./merge-pairs.ts";
import { splitterOf } from "./splitter.ts";
import { type EncodeOptions, streamEncoder } from "./stream.ts";

/** A tokenizer of a `tokenizer.json`. */
export interface JsonTokenizer extends Tokenizer {
  readonly name: "json";
  /** The text of its file. */
  readonly json: string;
  readonly file: TokenizerFile;
  readonly roles: Roles;
  encode(text: string, options?: EncodeOptions): Int32Array<ArrayBuffer>;
  /** As `encode`, of a part of a text: nothing is put around it. */
  encodePart(text: string, options?: EncodeOptions): Int32Array<ArrayBuffer>;
}

/**
 * The tokenizer that the text of a `tokenizer.json` describes: byte-level BPE with the normal forms
 * of Unicode, added tokens, merges in either spelling, and what is put around every text.
 *
 * @param file what errors call it
 * @param roles which of its tokens ends a text, and what others are for
 * @throws MtfError `bad-file` for what is damaged, or of a kind that is not supported
 * @example
 * const tokenizer = jsonTokenizer("tokenizer.json", await readFile("tokenizer.json", "utf8"));
 */
export function jsonTokenizer(file: string, json: string, roles: Roles = {}): JsonTokenizer {
  const spec = readTokenizerFile(file, json);
  const append = rememberWords(wordEncoder(spec));
  const normalise = (text: string): string =>
    spec.normalForms.reduce((normal, form) => normal.normalize(form), text);
  const finders = (added: TokenizerFile["added"]) => ({
    before: finderOf(
      added.filter((token) => !token.normalized),
      (token) => token.content,
    ),
    after: finderOf(
      added.filter((token) => token.normalized),
      (token) => normalise(token.content),
    ),
  });
  const plain = finders(spec.added.filter((token) => !token.special));
  const special = finders(spec.added);
  const prefixSpace = spec.cuts.some((cut) => cut.kind === "byte-level" && cut.prefixSpace);
  const splitters = spec.cuts.map((cut) => splitterOf(cut, file));

  const words = (text: string): readonly string[] =>
    splitters.reduce<readonly string[]>(
      (pieces, split) => (pieces.length === 1 ? split(pieces[0]!) : pieces.flatMap(split)),
      [text],
    );

  const encodePart = (text: string, options: EncodeOptions = {}): Int32Array<ArrayBuffer> => {
    const ids: number[] = [];
    const { before, after } = options.special ? special : plain;
    for (const piece of before(text)) {
      if (piece.kind === "token") {
        ids.push(piece.id);
        continue;
      }
      const normal = normalise(text.slice(piece.start, piece.end));
      for (const part of after(normal)) {
        if (part.kind === "token") {
          ids.push(part.id);
          continue;
        }
        const continues = options.continues && piece.start === 0 && part.start === 0;
        const raw = normal.slice(part.start, part.end);
        const cut = prefixSpace && !continues && !raw.startsWith(" ") ? ` ${raw}` : raw;
        for (const word of words(cut)) append(word, ids);
      }
    }
    return new Int32Array(ids);
  };

  const bytes = bytesById(spec);
  const bytesOf = (id: number): Uint8Array | undefined => bytes.get(id);
  const tokenizer: JsonTokenizer = {
    name: "json",
    json,
    file: spec,
    roles,
    vocabSize: [...bytes.keys()].reduce((most, id) => Math.max(most, id + 1), 0),
    endOfText: endOfText(spec, roles),
    around: spec.around,
    encode: (text, options) =>
      putAround(encodePart(text, options), spec.around, { first: true, last: true }),
    encodePart,
    encoder: () => streamEncoder(tokenizer),
    decode: (ids) => decodeWith(bytesOf, ids),
    decoder: () => decoderWith(bytesOf),
  };
  checkPatterns(tokenizer, file);
  return tokenizer;
}

/**
 * Patterns are compiled when they are first used, apart for texts of one byte a letter and of two;
 * only then it shows that one is too large.
 */
function checkPatterns(tokenizer: JsonTokenizer, file: string): void {
  try {
    for (const text of ["a", "\u4e00"]) {
      tokenizer.encode(text);
      tokenizer.encode(text, { special: true });
    }
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const reason = "its added tokens or its pre_tokenizer make a pattern that is too large";
    throw new MtfError("bad-file", `${file}: ${reason}.`, {
      evidence: [["at", "added_tokens, pre_tokenizer"]],
      file,
      offset: 0,
      reason,
    });
  }
}

function wordEncoder(spec: TokenizerFile): (word: string) => Int32Array {
  const { vocabulary, wholeWords } = spec;
  const unknown = spec.unknown === undefined ? undefined : vocabulary.get(spec.unknown);
  const letters = byteLetters.map((letter) => vocabulary.get(letter) ?? unknown ?? -1);
  const joins = joinsOf(spec);
  const utf8 = new TextEncoder();

  return (word) => {
    const bytes = utf8.encode(word);
    const whole = wholeWords ? vocabulary.get(lettersOf(bytes)) : undefined;
    // A byte that the vocabulary lacks leaves nothing, as in the original.
    const tokens = Int32Array.from(bytes, (byte) => letters[byte]!).filter((id) => id >= 0);
    return whole === undefined ? joinAll(tokens, joins).slice() : Int32Array.of(whole);
  };
}

function lettersOf(bytes: Uint8Array): string {
  let letters = "";
  for (const byte of bytes) letters += byteLetters[byte];
  return letters;
}

/** What each id stands for: the bytes of its letters, or, where some are no such letters, itself. */
function bytesById({ vocabulary, added }: TokenizerFile): Map<number, Uint8Array> {
  const byteOf = new Map(byteLetters.map((letter, byte) => [letter, byte]));
  const bytes = new Map<number, Uint8Array>();
  const put = (content: string, id: number): void => {
    const found = Array.from(content, (letter) => byteOf.get(letter));
    const isBytes = found.every((byte) => byte !== undefined);
    bytes.set(id, isBytes ? Uint8Array.from(found as number[]) : new TextEncoder().encode(content));
  };
  for (const [word, id] of vocabulary) put(word, id);
  for (const token of added) put(token.content, token.id);
  return bytes;
}

/** The token that ends documents: the one with that role, one by its usual names, a special one. */
function endOfText({ added, vocabulary }: TokenizerFile, { eos_token }: Roles): number {
  const named = typeof eos_token === "string" ? [eos_token] : [];
  for (const name of [...named, endOfTextToken, "</s>", "<|end_of_text|>", "<eos>"]) {
    const id = added.find(({ content }) => content === name)?.id ?? vocabulary.get(name);
    if (id !== undefined) return id;
  }
  return added.find(({ special }) => special)?.id ?? 0;
}
