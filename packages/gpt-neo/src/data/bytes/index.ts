import { extname } from "node:path";
import { isPipe } from "../pipe.ts";
import { gunzip } from "./gzip.ts";
import type { BytesOptions } from "./options.ts";
import { plainBytes } from "./plain.ts";
import { sniff } from "./sniff.ts";
import { unzstd } from "./zstd/unzstd.ts";

/** By the end of a name: how a file is packed, and what gives its bytes. */
const unpackers: Readonly<Record<string, typeof unzstd>> = { ".gz": gunzip, ".zst": unzstd };

/**
 * The bytes of a file, those inside of it if its name ends in `.gz` or `.zst`, in little memory
 * whatever its size. Of a pipe, whose name tells nothing, its first bytes tell how it is packed. A
 * chunk holds until the next one is asked for.
 *
 * @throws MtfError `bad-file` if it cannot be read, is cut or damaged
 * @example
 * for await (const chunk of bytesOf("a.jsonl.zst")) size += chunk.length;
 */
export async function* bytesOf(
  file: string,
  options: BytesOptions = {},
): AsyncGenerator<Uint8Array> {
  const packing = extname(file).toLowerCase();
  if (packing in unpackers) yield* unpackers[packing]!(file, plainBytes(file), options);
  else if (!(await isPipe(file))) yield* plainBytes(file);
  else {
    const { packed, bytes } = await sniff(plainBytes(file));
    yield* packed ? unpackers[packed]!(file, bytes, options) : bytes;
  }
}

/** A file's name without what tells how it is packed: `a.jsonl.zst` holds what `a.jsonl` would. */
export function unpackedName(file: string): string {
  const extension = extname(file);
  return extension.toLowerCase() in unpackers ? file.slice(0, -extension.length) : file;
}
