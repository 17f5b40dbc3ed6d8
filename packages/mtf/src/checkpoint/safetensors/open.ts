import { wrongArgument } from "../../arguments.ts";
import { type ByteSource, openBytes } from "./bytes.ts";
import type { ArrayFor, ReadAs } from "./decode.ts";
import { findTensor } from "./find.ts";
import { headerLength, parseHeader } from "./header.ts";
import { pieceBytes } from "./loops.ts";
import type { StoredTensor } from "./stored.ts";
import { type ReadOptions, readStrided } from "./strided.ts";

/** An open safetensors file, or several that make one model. */
export interface Safetensors {
  /** What tells the file from another that takes its place: that of a `ByteSource`. */
  readonly stamp: string | undefined;
  readonly metadata: Readonly<Record<string, string>> | undefined;
  /** What the file holds, by name, in the order of the data. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /**
   * The numbers of a tensor or of a box of it, row by row.
   *
   * @throws MtfError `bad-argument` for an unknown name or a box outside; `dtype-mismatch` where
   * the type asked for cannot hold them; `bad-file` if the file cannot be read; `closed` after `close`
   */
  read<As extends ReadAs = ReadAs>(name: string, options?: ReadOptions<As>): Promise<ArrayFor[As]>;
  /** A tensor's bytes as they are stored, in pieces of at most 4 MiB. */
  bytes(name: string): AsyncGenerator<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/**
 * Opens a safetensors file and checks its header; data are read when they are asked for.
 *
 * @throws MtfError `bad-file` naming file, byte and reason if it is no such file
 * @example
 * const file = await openSafetensors("model.safetensors");
 * const rows = [{ begin: 0, size: 10 }, { begin: 0, size: 768 }];
 * const part = await file.read("transformer.wte.weight", { box: rows, as: "float32" });
 */
export async function openSafetensors(from: string | ByteSource): Promise<Safetensors> {
  if (typeof from !== "string" && !isByteSource(from)) {
    throw wrongArgument("openSafetensors", "from", "a path, or what openBytes gives", from);
  }
  const source = typeof from === "string" ? await openBytes(from) : from;
  try {
    const prefix = new Uint8Array(Math.min(8, source.size));
    await source.read(0, prefix);
    const bytes = new Uint8Array(headerLength(prefix, source.size, source.name));
    await source.read(8, bytes);
    const { metadata, tensors } = parseHeader(bytes, source.size, source.name);
    const tensor = (name: string): StoredTensor => findTensor(tensors, name, source.name);
    return {
      stamp: source.stamp,
      metadata,
      tensors,
      read: async (name, options) => readStrided(source, tensor(name), options),
      bytes: (name) => readBytes(source, tensor(name)),
      close: () => source.close(),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

async function* readBytes(
  source: ByteSource,
  { offset, bytes }: StoredTensor,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let done = 0; done < bytes; done += pieceBytes) {
    const piece = new Uint8Array(Math.min(pieceBytes, bytes - done));
    await source.read(offset + done, piece);
    yield piece;
  }
}

function isByteSource(value: unknown): value is ByteSource {
  const { read, close } = (value ?? {}) as Partial<ByteSource>;
  return typeof read === "function" && typeof close === "function";
}
