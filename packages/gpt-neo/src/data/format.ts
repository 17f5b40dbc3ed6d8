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

/** Other words for formats: endings of names that are not called as what they tell. */
export const otherNames: Readonly<Record<string, Format>> = Object.fromEntries(
  Object.entries(extensions).map(([ending, format]) => [ending.slice(1), format]),
);

/** The endings of names that tell a format. */
export const knownExtensions: readonly string[] = Object.keys(extensions);

/** The format that the end of a name tells, if it does. */
export function formatOf(file: string): Format | undefined {
  return extensions[extname(unpackedName(file)).toLowerCase()];
}
