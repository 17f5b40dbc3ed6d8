import { badFile } from "../safetensors/bad-file.ts";
import { type ByteSource, openBytes } from "../safetensors/bytes.ts";
import { crc32 } from "./crc32.ts";
import { inHex } from "./file-sums.ts";
import { blockBytes, type FileSums } from "./format.ts";

/**
 * Reads a file to its end, a block at a time.
 *
 * @returns its size, in bytes
 * @throws MtfError as `openSummed`
 */
export async function readAll(file: string, sums: FileSums | undefined): Promise<number> {
  const source = await (sums ? openSummed(file, sums) : openBytes(file));
  try {
    const block = new Uint8Array(Math.min(blockBytes, source.size));
    for (let at = 0; at < source.size; at += blockBytes) {
      await source.read(at, block.subarray(0, Math.min(blockBytes, source.size - at)));
    }
    return source.size;
  } finally {
    await source.close();
  }
}

/**
 * A file that is compared with its checksums where it is read: each block that is touched, once.
 *
 * @throws MtfError `bad-file`, now or when it is read, if it is not as it was written
 */
export async function openSummed(file: string, sums: FileSums): Promise<ByteSource> {
  const source = await openBytes(file);
  if (source.size !== sums.bytes) {
    await source.close();
    const reason = `it has ${source.size} bytes, not the ${sums.bytes} that were written`;
    throw badFile(file, Math.min(source.size, sums.bytes), reason);
  }
  const good = new Uint8Array(Math.ceil(source.size / blockBytes));
  const check = (block: number, bytes: Uint8Array): void => {
    const wanted = sums.crc32.slice(8 * block, 8 * block + 8);
    if (inHex(crc32(bytes)) !== wanted) {
      throw badFile(file, block * blockBytes, "its bytes are not those that were written");
    }
    good[block] = 1;
  };
  return {
    ...source,
    async read(offset, into) {
      await source.read(offset, into);
      const end = offset + into.length;
      for (let block = Math.floor(offset / blockBytes); block * blockBytes < end; block++) {
        if (good[block]) continue;
        const begin = block * blockBytes;
        const size = Math.min(blockBytes, source.size - begin);
        const within = begin >= offset && begin + size <= end;
        const bytes = within
          ? into.subarray(begin - offset, begin - offset + size)
          : new Uint8Array(size);
        if (!within) await source.read(begin, bytes);
        check(block, bytes);
      }
    },
  };
}
