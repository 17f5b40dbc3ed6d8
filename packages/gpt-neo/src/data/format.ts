import { extname } from "node:path";
import { unpackedName } from "./bytes/index.ts";

/** What a file may hold, whatever it is packed in. */
export const formats = ["txt", "jsonl", "json", "tfrecords", "bin", "uint16"] as const;
export type Format = (typeof formats)[number];

const extensions: Readonly<Record<string, Format>> = {
  ".txt": "txt",
  ".jsonl": "jsonl",
  ".jsonlines": "jsonl",
  ".ndjson": "jsonl",
  ".json": "json",
  ".tfrecords": "tfrecords",
  ".tfrecord": "tfrecords",
  ".bin": "bin",
  ".idx": "bin",
};

/** The endings of names that tell a format. */
export const knownExtensions: readonly string[] = Object.keys(extensions);

/** The format that the end of a name tells, if it does. */
export function formatOf(file: string): Format | undefined {
  return extensions[extname(unpackedName(file)).toLowerCase()];
}
