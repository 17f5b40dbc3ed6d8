import { documentOfLine } from "../data/jsonl.ts";
import type { JsonTokenizer, Tokenizer } from "../tokenizer/index.ts";
import type { Encoded, Unit } from "./unit.ts";

/** What a thread needs to encode. */
export interface Encoding {
  readonly tokenizer: Tokenizer;
  readonly textKey: string | undefined;
}

/**
 * Encodes a unit: each document is followed by the end of text, unless it has one.
 *
 * @throws MtfError `bad-file` for lines that are no documents
 */
export function encodeUnit(unit: Unit, { tokenizer, textKey }: Encoding): Encoded {
  const out = idList();
  const { endOfText } = tokenizer;
  switch (unit.kind) {
    case "ids":
      out.append(unit.ids);
      if (unit.end && !unit.joined && unit.ids.at(-1) !== endOfText) out.append([endOfText]);
      break;
    case "text":
      out.append(encodeText(tokenizer, unit.text, unit.continues));
      if (unit.end) out.append([endOfText]);
      break;
    case "jsonl": {
      const lengths: number[] = [];
      for (const line of linesIn(unit)) {
        const document = documentOfLine(unit.file, line, textKey);
        if (!document) continue;
        const before = out.length;
        const ids =
          document.kind === "ids" ? document.ids : encodeText(tokenizer, document.text, false);
        out.append(ids);
        if (document.kind === "text" || ids.at(-1) !== endOfText) out.append([endOfText]);
        lengths.push(out.length - before);
      }
      return { ids: out.ids(), lengths: Uint32Array.from(lengths), open: false };
    }
  }
  return { ids: out.ids(), lengths: Uint32Array.of(out.length), open: !unit.end };
}

function encodeText(tokenizer: Tokenizer, text: string, continues: boolean): Int32Array {
  return continues && tokenizer.name === "json"
    ? (tokenizer as JsonTokenizer).encode(text, { continues })
    : tokenizer.encode(text);
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

function idList() {
  let all = new Int32Array(1 << 12);
  let length = 0;
  return {
    get length(): number {
      return length;
    },
    append(ids: ArrayLike<number>): void {
      if (length + ids.length > all.length) {
        const larger = new Int32Array(Math.max(2 * all.length, length + ids.length));
        larger.set(all);
        all = larger;
      }
      all.set(ids, length);
      length += ids.length;
    },
    ids: (): Int32Array<ArrayBuffer> => all.slice(0, length),
  };
}
