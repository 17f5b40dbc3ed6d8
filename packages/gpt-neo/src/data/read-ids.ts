import { MtfError } from "mtf";
import type { StreamEncoder, Tokenizer } from "../tokenizer/tokenizer.ts";
import type { DocumentPart, Place } from "./document.ts";
import { firstOutside, unknownIdIn } from "./outside.ts";
import { type ReadOptions, readDocuments } from "./read.ts";

/** A part of a document, in ids. */
export interface TokenPart {
  readonly ids: Int32Array<ArrayBuffer>;
  readonly end: boolean;
  readonly from: Place;
  /** As of `DocumentPart`: nothing belongs between it and the next. */
  readonly joined?: true;
}

/** What ids are made with. */
export interface Vocabulary {
  /** Without one, data are `input_ids` only. */
  readonly tokenizer: Tokenizer | undefined;
  /** The model's; larger ids are errors. */
  readonly size: number;
}

/**
 * The documents of files in ids, in parts.
 *
 * @throws MtfError as `readDocuments`; `bad-file` for ids that are not in the vocabulary
 * @example
 * const tokenizer = tokenizerNamed("gpt2");
 * for await (const part of readIds(["notes.jsonl"], { tokenizer, size: 50257 })) console.log(part.ids);
 */
export async function* readIds(
  files: readonly string[],
  vocabulary: Vocabulary,
  options: ReadOptions = {},
): AsyncGenerator<TokenPart> {
  yield* inIds(readDocuments(files, options), vocabulary);
}

/**
 * Documents in ids, in parts.
 *
 * @throws MtfError `bad-file` for ids that are not in the vocabulary; `bad-argument` for text and no
 * tokenizer
 */
export async function* inIds(
  documents: AsyncIterable<DocumentPart>,
  { tokenizer, size }: Vocabulary,
): AsyncGenerator<TokenPart> {
  let encoder: StreamEncoder | undefined;
  const checked = (ids: TokenPart["ids"], from: Place): TokenPart["ids"] => {
    const wrong = firstOutside(ids, size);
    if (wrong === undefined) return ids;
    throw unknownIdIn(from, wrong, size);
  };
  for await (const part of documents) {
    const { end, from } = part;
    if (part.kind === "ids") {
      yield {
        ids: checked(part.ids, from),
        end,
        from,
        ...(part.joined && { joined: part.joined }),
      };
    } else {
      if (!tokenizer) {
        throw new MtfError("bad-argument", `${from.file} holds text, but there is no tokenizer.`, {
          try: ['`tokenizer: "gpt2|bytes|FILE|DIR"`', "data with input_ids"],
        });
      }
      if (!tokenizer.encoder) yield { ids: checked(tokenizer.encode(part.text), from), end, from };
      else {
        encoder ??= tokenizer.encoder();
        const ids = checked(encoder.push(part.text), from);
        if (!end || ids.length > 0) yield { ids, end: false, from };
        if (end) yield { ids: checked(encoder.end(), from), end, from };
      }
    }
  }
}
