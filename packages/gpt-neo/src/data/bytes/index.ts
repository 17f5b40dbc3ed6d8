import { extname } from "node:path";
import { gunzip } from "./gzip.ts";
import { plainBytes } from "./plain.ts";
import { unzstd } from "./zstd/unzstd.ts";

/** How a file is packed, by the end of its name. */
const unpackers: Readonly<Record<string, (file: string) => AsyncGenerator<Uint8Array>>> = {
  ".gz": (file) => gunzip(file, plainBytes(file)),
  ".zst": (file) => unzstd(file, plainBytes(file)),
};

/**
 * The bytes of a file, those inside of it if its name ends in `.gz` or `.zst`, in little memory
 * whatever its size. A chunk holds until the next one is asked for.
 *
 * @throws MtfError `bad-file` if it cannot be read, is cut or damaged
 * @example
 * for await (const chunk of bytesOf("a.jsonl.zst")) size += chunk.length;
 */
export function bytesOf(file: string): AsyncGenerator<Uint8Array> {
  return (unpackers[extname(file).toLowerCase()] ?? plainBytes)(file);
}

/** A file's name without what tells how it is packed: `a.jsonl.zst` holds what `a.jsonl` would. */
export function unpackedName(file: string): string {
  const extension = extname(file);
  return extension.toLowerCase() in unpackers ? file.slice(0, -extension.length) : file;
}
