import { createHash } from "node:crypto";
import { open, stat } from "node:fs/promises";
import { byteChunks } from "../../chunked-text/byte-chunks.ts";
import { type DataFile, dataFiles, pairOf, type ReadOptions } from "../../data/index.ts";
import { pipesAmong } from "../../data/pipe.ts";

/** What tells data from others that are as many. */
export interface ContentKey {
  readonly key: string;
  /**
   * When the newest of the files was written, in milliseconds, where they are so large that only a sample
   * of them was looked at.
   */
  readonly written?: number;
}

/** What is looked at in many gigabytes takes a moment: pieces of all parts of them. */
const [pieces, pieceBytes] = [256, 1 << 16];

/**
 * The key of what files hold: of all of it up to 16 MiB, else of 256 pieces that are spread evenly.
 *
 * @returns undefined for pipes, which are read once
 * @throws MtfError as `dataFiles`
 */
export async function contentKey(
  paths: readonly string[],
  read: ReadOptions,
): Promise<ContentKey | undefined> {
  if ((await pipesAmong(paths)).length > 0) return undefined;
  const finding = { ...read, onLeftOut: undefined };
  const files = (await dataFiles(paths, read.inputFormat, finding)).flatMap(namesOf);
  const all = await Promise.all(files.map((file) => stat(file)));
  const sizes = all.map(({ size }) => size);
  const cut = byteChunks(sizes, pieceBytes);
  const hash = createHash("sha256").update(JSON.stringify(sizes));
  const count = Math.min(cut.count, pieces);
  for (let i = 0; i < count; i++) {
    for (const { file, begin, end } of cut.ranges(Math.floor((i * cut.count) / count))) {
      hash.update(await bytesIn(files[file]!, begin, end));
    }
  }
  const key = hash.digest("hex").slice(0, 32);
  if (count === cut.count) return { key };
  return { key, written: Math.max(...all.map(({ mtimeMs }) => Math.floor(mtimeMs))) };
}

/** The key of ids as they come, and what gives them on. */
export function idsKey<Part extends { readonly ids: Int32Array }>(
  parts: AsyncIterable<Part>,
): { readonly parts: AsyncIterable<Part>; readonly content: () => ContentKey } {
  const hash = createHash("sha256");
  async function* all(): AsyncGenerator<Part> {
    for await (const part of parts) {
      const { buffer, byteOffset, byteLength } = part.ids;
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
      yield part;
    }
  }
  return { parts: all(), content: () => ({ key: hash.digest("hex").slice(0, 32) }) };
}

function namesOf({ file, format }: DataFile): readonly string[] {
  if (format !== "bin") return [file];
  const { bin, idx } = pairOf(file);
  return [bin, idx];
}

async function bytesIn(file: string, begin: number, end: number): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const bytes = new Uint8Array(end - begin);
    const { bytesRead } = await handle.read(bytes, 0, bytes.length, begin);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
