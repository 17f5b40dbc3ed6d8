import { lastBorder } from "../tokenizer/split.ts";
import { badData } from "./bad-data.ts";
import { bytesOf } from "./bytes/index.ts";
import type { BytesOptions } from "./bytes/options.ts";
import type { DocumentPart } from "./document.ts";
import { invalidUtf8At, lastLead } from "./utf8.ts";

/** A tokenizer needs a word whole, and a string has an end. */
const longestWord = 64_000_000;

/**
 * Reads a text file as one document, in parts, so that its size does not matter. A byte order mark
 * at its beginning is not part of the text.
 *
 * @throws MtfError `bad-file` naming the byte where it is not UTF-8
 */
export async function* readText(
  file: string,
  options: BytesOptions = {},
): AsyncGenerator<DocumentPart> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  // Pieces of a word that may go on. They are joined once: a text without white space is long.
  let held: string[] = [];
  let heldLength = 0;
  let offset = 0;
  let tail: Uint8Array = new Uint8Array(0);
  for await (const chunk of bytesOf(file, options)) {
    let piece = "";
    try {
      piece = decoder.decode(chunk, { stream: true });
    } catch {
      const bytes = Buffer.concat([tail, chunk]);
      throw notUtf8(file, offset - tail.length + invalidUtf8At(bytes));
    }
    // What comes before a border may be a character of two units in the piece before.
    const context = held.at(-1)?.slice(-2) ?? "";
    const border = lastBorder(context + piece);
    if (border > 0) {
      const cut = border - context.length;
      const text = held.join("") + piece.slice(0, cut);
      yield { kind: "text", text, end: false, from: { file, offset } };
      piece = piece.slice(cut);
      held = [];
      heldLength = 0;
    }
    if (piece !== "") held.push(piece);
    heldLength += piece.length;
    if (heldLength > longestWord) {
      throw badData({ file, offset }, "there is no white space in 64 million characters");
    }
    offset += chunk.length;
    // A character cut by the chunk's end has at most 3 bytes here.
    tail = chunk.slice(-3);
    while (tail.length > 0 && invalidUtf8At(tail) === 0) tail = tail.subarray(1);
  }
  try {
    held.push(decoder.decode());
  } catch {
    throw notUtf8(file, offset - tail.length + lastLead(tail));
  }
  yield { kind: "text", text: held.join(""), end: true, from: { file, offset } };
}

/** The error of a text that stops being UTF-8. */
export function notUtf8(file: string, offset: number): Error {
  return badData({ file, offset }, `it is not UTF-8 from byte ${offset} on`);
}
