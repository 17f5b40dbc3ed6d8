import { badData } from "./bad-data.ts";
import { longestPiece, type Piece } from "./piece.ts";

/** Bytes that mean something outside of strings. */
const [tab, newline, carriageReturn, space, quote, comma, backslash] = [9, 10, 13, 32, 34, 44, 92];
const [openList, closeList, openObject, closeObject] = [91, 93, 123, 125];

/** What UTF-8 may begin with. */
const mark = [0xef, 0xbb, 0xbf];

/**
 * The values of a JSON file: the items of a list, or values that follow each other. One is in memory
 * at a time. Only where each ends is found here; whether it is right, its reader finds out.
 *
 * @param file what errors call it
 * @throws MtfError `bad-file` where a list lacks an item or its end, or for a value over 256 MiB
 * @example
 * for await (const { bytes } of valuesIn(bytesOf("a.json"), "a.json")) count++;
 */
export async function* valuesIn(
  chunks: AsyncIterable<Uint8Array>,
  file: string,
): AsyncGenerator<Piece> {
  let [passed, line] = [0, 1];
  let list: Omit<Piece, "bytes"> | undefined;
  let afterComma = false;
  let value: Omit<Piece, "bytes"> | undefined;
  let [depth, quoted, escaped] = [0, false, false];
  let held: Uint8Array[] = [];

  const end = (last: Uint8Array): Piece => {
    const bytes = held.length === 0 ? last : Buffer.concat([...held, last]);
    const piece = { ...value!, bytes };
    value = undefined;
    held = [];
    return piece;
  };

  for await (const chunk of chunks) {
    let begin = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at]!;
      if (byte === newline) line++;
      if (quoted) {
        if (escaped) escaped = false;
        else if (byte === backslash) escaped = true;
        else if (byte === quote) {
          quoted = false;
          if (depth === 0 && !list) yield end(chunk.subarray(begin, at + 1));
        }
        continue;
      }
      const isSpace = byte === space || byte === newline || byte === tab || byte === carriageReturn;
      if (!value) {
        const offset = passed + at;
        if (isSpace || byte === mark[offset]) continue;
        if (list && (byte === comma || (byte === closeList && afterComma))) {
          throw badData({ file, line, offset }, "a value is missing");
        }
        if (list && byte === closeList) {
          list = undefined;
          continue;
        }
        afterComma = false;
        if (!list && byte === openList) {
          list = { line, offset };
          continue;
        }
        value = { line, offset };
        begin = at;
      }
      if (byte === quote) quoted = true;
      else if (byte === openList || byte === openObject) depth++;
      else if (depth > 0) {
        if (byte !== closeList && byte !== closeObject) continue;
        depth--;
        if (depth === 0 && !list) yield end(chunk.subarray(begin, at + 1));
      } else if (list && (byte === comma || byte === closeList)) {
        yield end(chunk.subarray(begin, at));
        if (byte === comma) afterComma = true;
        else list = undefined;
      } else if (!list && (isSpace || byte === closeList || byte === closeObject)) {
        yield end(chunk.subarray(begin, at + 1));
      }
    }
    passed += chunk.length;
    if (!value) continue;
    held.push(chunk.slice(begin));
    if (passed - value.offset > longestPiece) {
      throw badData({ file, ...value }, "a value is longer than 256 MiB");
    }
  }
  if (list) throw badData({ file, ...list }, "the list that begins here has no end");
  if (value) yield end(new Uint8Array(0));
}
