import type { DocumentPart } from "./document.ts";
import { dataFiles, type FindOptions } from "./files.ts";
import type { Format } from "./format.ts";
import { readJson } from "./json.ts";
import type { JsonOptions } from "./json-document.ts";
import { readJsonl } from "./jsonl.ts";
import { readIndexed } from "./mmididx/read.ts";
import { readText } from "./text.ts";
import { readTfRecords } from "./tfrecord/read.ts";
import { readUint16 } from "./uint16.ts";

export interface ReadOptions extends JsonOptions, FindOptions {
  /** What all files hold; by default the end of each name tells. */
  readonly inputFormat?: Format | undefined;
}

/** How each format is read. */
export const readers: Readonly<
  Record<Format, (file: string, options: ReadOptions) => AsyncGenerator<DocumentPart>>
> = {
  txt: readText,
  jsonl: readJsonl,
  json: readJson,
  tfrecords: readTfRecords,
  bin: readIndexed,
  uint16: readUint16,
};

/**
 * The documents of files, folders and patterns, one after the other, in parts.
 *
 * @throws MtfError `bad-argument` for a name that tells no format, `bad-file` for bad data
 * @example
 * for await (const part of readDocuments(["a.txt", "pile/*.jsonl.zst"])) console.log(part.kind);
 */
export async function* readDocuments(
  paths: readonly string[],
  options: ReadOptions = {},
): AsyncGenerator<DocumentPart> {
  for (const { file, format } of await dataFiles(paths, options.inputFormat, options)) {
    yield* readers[format](file, options);
  }
}
