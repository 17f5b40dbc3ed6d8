import { type FileHandle, open } from "node:fs/promises";
import { badData } from "../data/bad-data.ts";
import { notUtf8 } from "../data/text.ts";
import { invalidUtf8At, lastLead } from "../data/utf8.ts";
import { letGo } from "../let-go.ts";
import type { Unit } from "../tokenize/unit.ts";
import { borderFrom, type CutFile, readRange } from "./borders.ts";
import type { ByteRange } from "./byte-chunks.ts";

/** What a chunk has of a file, to be encoded by itself. */
export interface ChunkUnit {
  readonly unit: Exclude<Unit, { readonly kind: "ids" }>;
  /** Whether a document begins here: what comes before it is the end of another. */
  readonly begins: boolean;
}

/**
 * The units of a chunk: its ranges with their ends on borders.
 *
 * @throws MtfError `bad-file` for what is no UTF-8, and files that cannot be read or have changed
 */
export async function chunkUnits(
  files: readonly CutFile[],
  ranges: readonly ByteRange[],
): Promise<readonly ChunkUnit[]> {
  const units: ChunkUnit[] = [];
  for (const { file, ...range } of ranges) {
    const cut = files[file]!;
    const handle = await opened(cut.file);
    try {
      const begin = await borderFrom(handle, cut, range.begin);
      const end = await borderFrom(handle, cut, range.end);
      if (begin < end)
        units.push(unitOf(cut, begin, await readRange(handle, cut.file, begin, end)));
    } finally {
      await handle.close();
    }
  }
  return units;
}

function unitOf({ file, format, size }: CutFile, begin: number, bytes: Uint8Array<ArrayBuffer>) {
  if (format === "jsonl") {
    // Which line it is only errors say, who count then.
    const unit = { kind: "jsonl", file, bytes, line: begin === 0 ? 1 : 0, offset: begin } as const;
    return { unit, begins: true };
  }
  const end = begin + bytes.length === size;
  const text = textOf(file, begin, bytes);
  letGo(bytes);
  const unit = { kind: "text", text, continues: begin > 0, end };
  return { unit: unit as ChunkUnit["unit"], begins: begin === 0 };
}

function textOf(file: string, begin: number, bytes: Uint8Array): string {
  try {
    // Only at the beginning of a file is it a mark.
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: begin > 0 }).decode(bytes);
  } catch {
    const at = invalidUtf8At(bytes);
    throw notUtf8(file, begin + (at < bytes.length ? at : lastLead(bytes)));
  }
}

/** The number of the line that begins at a byte of a file. */
export async function lineAt({ file }: CutFile, offset: number): Promise<number> {
  const handle = await opened(file);
  try {
    let line = 1;
    for (let begin = 0; begin < offset; begin += 1 << 20) {
      const bytes = await readRange(handle, file, begin, Math.min(offset, begin + (1 << 20)));
      for (let i = bytes.indexOf(10); i >= 0; i = bytes.indexOf(10, i + 1)) line++;
    }
    return line;
  } finally {
    await handle.close();
  }
}

function opened(file: string): Promise<FileHandle> {
  return open(file).catch((error: Error) => {
    throw badData({ file, offset: 0 }, error.message);
  });
}
