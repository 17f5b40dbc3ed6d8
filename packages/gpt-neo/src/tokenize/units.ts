import { bytesOf } from "../data/bytes/index.ts";
import type { DocumentPart } from "../data/document.ts";
import type { DataFile } from "../data/files.ts";
import { type ReadOptions, readers } from "../data/read.ts";
import { readText } from "../data/text.ts";
import type { Cutter } from "../tokenizer/json/index.ts";
import type { Place, Unit } from "./unit.ts";

/** A unit of JSON lines is the lines up to the first that ends after so many bytes. */
const unitBytes = 1 << 18;

export interface Work {
  readonly unit: Unit;
  /** Where reading would go on if this unit were the last. */
  readonly after: Place;
}

/**
 * The units of files from a place on. They are the same however the files come in: what was done
 * before a stop need not be done again.
 *
 * @param cutter cuts text as the tokenizer needs it, if borders alone are not enough
 */
export async function* unitsOf(
  files: readonly DataFile[],
  from: Place,
  options: ReadOptions,
  cutter: () => Cutter | undefined,
): AsyncGenerator<Work> {
  for (const [index, entry] of files.entries()) {
    if (index < from.file) continue;
    const place = index === from.file ? from : { file: index, done: 0, line: 1 };
    if (entry.format === "jsonl") yield* linesFrom(entry.file, place, options);
    else if (entry.format === "txt") yield* textFrom(entry.file, place, options, cutter());
    else yield* partsFrom(entry, place, options);
  }
}

async function* linesFrom(file: string, from: Place, options: ReadOptions): AsyncGenerator<Work> {
  let { done, line } = from;
  let skip = done;
  let held: Uint8Array[] = [];
  let heldBytes = 0;
  const unit = (): Work => {
    const bytes = new Uint8Array(heldBytes);
    let at = 0;
    for (const piece of held) {
      bytes.set(piece, at);
      at += piece.length;
    }
    const work = { kind: "jsonl", file, bytes, line, offset: done } as const;
    done += heldBytes;
    for (let i = bytes.indexOf(10); i >= 0; i = bytes.indexOf(10, i + 1)) line++;
    held = [];
    heldBytes = 0;
    return { unit: work, after: { file: from.file, done, line } };
  };
  for await (const chunk of bytesOf(file, options)) {
    let begin = Math.min(skip, chunk.length);
    skip -= begin;
    while (begin < chunk.length) {
      const least = Math.max(begin, begin + unitBytes - heldBytes);
      const newline = least < chunk.length ? chunk.indexOf(10, least) : -1;
      const end = newline < 0 ? chunk.length : newline + 1;
      held.push(chunk.slice(begin, end));
      heldBytes += end - begin;
      begin = end;
      if (newline >= 0) yield unit();
    }
  }
  if (heldBytes > 0) yield unit();
}

async function* textFrom(
  file: string,
  from: Place,
  options: ReadOptions,
  cutter: Cutter | undefined,
): AsyncGenerator<Work> {
  let done = 0;
  const work = function* (text: string, end: boolean): Generator<Work> {
    const begin = done;
    done += text.length;
    // A file that was done to its end is not asked for again, so its last piece is never skipped.
    const rest = text.slice(Math.max(0, from.done - begin));
    if (rest === "" && !end) return;
    const continues = done > rest.length;
    yield {
      unit: { kind: "text", text: rest, continues, end },
      after: end ? { file: from.file + 1, done: 0, line: 1 } : { file: from.file, done, line: 1 },
    };
  };
  for await (const part of readText(file, options)) {
    if (part.kind !== "text") continue;
    let text = part.text;
    if (cutter) text = cutter.push(text) + (part.end ? cutter.end() : "");
    yield* work(text, part.end);
  }
}

async function* partsFrom(
  { file, format }: DataFile,
  from: Place,
  options: ReadOptions,
): AsyncGenerator<Work> {
  let done = 0;
  for await (const part of readers[format](file, options)) {
    done++;
    if (done <= from.done) continue;
    yield { unit: unitOf(part), after: { file: from.file, done, line: 1 } };
  }
}

/** A text that comes in parts has come as such before: of any other format it comes as a whole. */
function unitOf(part: DocumentPart): Unit {
  const { end, from } = part;
  if (part.kind === "text") return { kind: "text", text: part.text, continues: false, end };
  return { kind: "ids", ids: part.ids, end, joined: part.joined === true, from };
}
