import { badData } from "../data/bad-data.ts";
import type { Place } from "../data/document.ts";
import { documentOfJson } from "../data/json-document.ts";
import { firstOutside } from "../data/outside.ts";
import { type JsonTokenizer, putAround, type Tokenizer } from "../tokenizer/index.ts";
import type { Encoded, Unit } from "./unit.ts";

/** What a thread needs to encode. */
export interface Encoding {
  readonly tokenizer: Tokenizer;
  readonly textKey: string | undefined;
  /** Ends documents; by default what the tokenizer says. */
  readonly endOfText?: number | undefined;
  /** Is given what the tokenizer made of a text, once it has been copied. */
  readonly onCopied?: ((ids: Int32Array<ArrayBuffer>) => void) | undefined;
}

/**
 * Encodes a unit: each document is followed by the end of text, unless it has one.
 *
 * @throws MtfError `bad-file` for lines that are no documents, and ids that are not in the vocabulary
 */
export function encodeUnit(unit: Unit, encoding: Encoding): Encoded {
  const { tokenizer, textKey, onCopied, ...given } = encoding;
  const { vocabSize } = tokenizer;
  const endOfText = given.endOfText ?? tokenizer.endOfText;
  const out = idList(vocabSize);
  const end = new Int32Array([endOfText]);
  const endsItself = tokenizer.around?.after.at(-1) === endOfText;
  let part: Int32Array<ArrayBuffer> | undefined;
  switch (unit.kind) {
    case "ids":
      out.append(checked(unit.ids, unit.from, vocabSize));
      if (unit.end && !unit.joined && unit.ids.at(-1) !== endOfText) out.append(end);
      break;
    case "text":
      part = encodePart(tokenizer, unit);
      out.append(part);
      if (unit.end && !endsItself) out.append(end);
      break;
    case "jsonl": {
      const lengths: number[] = [];
      for (const line of linesIn(unit)) {
        const document = documentOfJson(unit.file, line, textKey);
        if (!document) continue;
        const before = out.length;
        const ids =
          document.kind === "ids"
            ? checked(document.ids, document.from, vocabSize)
            : tokenizer.encode(document.text);
        out.append(ids);
        const ended = document.kind === "text" ? endsItself : ids.at(-1) === endOfText;
        if (!ended) out.append(end);
        lengths.push(out.length - before);
      }
      return { ids: out.ids(), lengths: Uint32Array.from(lengths), open: false };
    }
  }
  const ids = out.ids();
  if (part) onCopied?.(part);
  return { ids, lengths: Uint32Array.of(out.length), open: !unit.end };
}

/** Larger ids would come out as others where they are written in 16 bits. */
function checked(
  ids: Int32Array<ArrayBuffer>,
  from: Place,
  vocabSize: number,
): Int32Array<ArrayBuffer> {
  const wrong = firstOutside(ids, vocabSize);
  if (wrong === undefined) return ids;
  throw badData(from, `the id ${wrong} is not in the tokenizer's vocabulary of ${vocabSize}`);
}

function encodePart(
  tokenizer: Tokenizer,
  { text, continues, end }: Unit & { readonly kind: "text" },
): Int32Array<ArrayBuffer> {
  if (tokenizer.name !== "json") return tokenizer.encode(text);
  const { encodePart, file } = tokenizer as JsonTokenizer;
  return putAround(encodePart(text, { continues }), file.around, { first: !continues, last: end });
}

function* linesIn(unit: Unit & { readonly kind: "jsonl" }) {
  const { bytes } = unit;
  let line = unit.line;
  for (let begin = 0; begin < bytes.length; line++) {
    const newline = bytes.indexOf(10, begin);
    const end = newline < 0 ? bytes.length : newline;
    const ended = newline >= 0;
    yield { bytes: bytes.subarray(begin, end), line, offset: unit.offset + begin, ended };
    begin = end + 1;
  }
}

/** Ids in pieces, joined once: each growth of an array would leave one behind to be collected. */
function idList(vocabSize: number) {
  const pieces: Int32Array<ArrayBuffer>[] = [];
  let length = 0;
  return {
    get length(): number {
      return length;
    },
    append(ids: Int32Array<ArrayBuffer>): void {
      pieces.push(ids);
      length += ids.length;
    },
    /** All of them, in memory that nothing else uses: it is given away. */
    ids(): Encoded["ids"] {
      const whole = vocabSize <= 65536 ? new Uint16Array(length) : new Int32Array(length);
      let at = 0;
      for (const piece of pieces) {
        whole.set(piece, at);
        at += piece.length;
      }
      return whole;
    },
  };
}
