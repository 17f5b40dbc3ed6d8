import { rename, rm } from "node:fs/promises";
import { writeAtomically } from "mtf/files";
import { blockBytes, blockSums, changedOnDisk } from "../data/block-sums.ts";
import { plainBytes } from "../data/bytes/plain.ts";
import { typeForVocabulary } from "../data/mmididx/dtypes.ts";
import { bytesOfIds, longestSequence, writeIndexOf } from "../data/mmididx/write.ts";
import { isThere } from "../is-there.ts";
import { type AppendFile, appendFile } from "./append-file.ts";
import type { Sink, SinkState } from "./sink.ts";

/** The file of ids while it grows: what is in it stays there, in its place. */
export function growingBin(prefix: string): string {
  return `${prefix}.bin.part`;
}

/** How a pair is written. */
export interface BinOptions {
  /** What a sequence may hold, 2^31 - 1 ids in the format: of a longer document there are several. */
  readonly longest?: number;
  /** Whether a third file has checksums of the ids. */
  readonly sums?: boolean | undefined;
}

/**
 * Writes NeoX's pair of files, a sequence for each document, while the index's sizes wait in a third.
 *
 * @throws MtfError `bad-file` if what was saved is not as it was written, as far as there are checksums
 */
export async function binSink(
  prefix: string,
  vocabSize: number,
  saved: SinkState | undefined,
  { longest = longestSequence, sums = false }: BinOptions = {},
): Promise<Sink> {
  const type = typeForVocabulary(vocabSize);
  const parts = { bin: growingBin(prefix), sizes: `${prefix}.sizes.part` };
  let sequences = Number(saved?.sequences ?? saved?.documents ?? 0);
  /** The sequences that go on with the document of the one before. */
  const continued = [...((saved?.continued ?? []) as readonly number[])];
  /** Ids of a sequence that is not complete yet. */
  let begun = Number(saved?.begun ?? 0);
  // Stopped between the file's last name and the state's end.
  if (saved && !(await isThere(parts.bin)) && (await isThere(`${prefix}.bin`))) {
    await rename(`${prefix}.bin`, parts.bin);
  }
  const bin = await appendFile(parts.bin, Number(saved?.bytes ?? 0));
  const sizes = await appendFile(parts.sizes, 4 * sequences).catch(closing(bin));

  const before = (saved?.sums ?? []) as readonly number[];
  if (sums) await compare(parts.bin, before).catch(closing(bin, sizes));
  const checked = sums ? blockSums(bin.size, before) : undefined;

  return {
    async append(ids, lengths, open) {
      const bytes = bytesOfIds(ids, type);
      await bin.append(bytes);
      checked?.add(bytes);
      const ended: number[] = [];
      for (const [i, length] of lengths.entries()) {
        begun += length;
        while (begun > longest) {
          ended.push(longest);
          begun -= longest;
          continued.push(sequences + ended.length);
        }
        if (open && i === lengths.length - 1) break;
        ended.push(begun);
        begun = 0;
      }
      sequences += ended.length;
      await sizes.append(new Uint8Array(Int32Array.from(ended).buffer));
    },
    async save() {
      await bin.sync();
      await sizes.sync();
      const all = checked && { sums: [...checked.sums()] };
      return { sequences, continued: [...continued], begun, bytes: bin.size, ...all };
    },
    async finish() {
      await bin.sync();
      await sizes.sync();
      await bin.close();
      await sizes.close();
      // An earlier pair's: no index stands beside other ids than its own.
      await rm(`${prefix}.bin`, { force: true });
      const tables = { type, sequences, continued, sizes: () => plainBytes(parts.sizes) };
      await writeAtomically(`${prefix}.idx`, (file) => writeIndexOf(file, tables));
      const summed = checked && Uint32Array.from(checked.sums());
      if (summed) await writeAtomically(sumsOf(prefix), (file) => file.write(bytesOf(summed)));
      // Whoever finds both names finds all of both files.
      await rename(parts.bin, `${prefix}.bin`);
      return [`${prefix}.bin`, `${prefix}.idx`, ...(summed ? [sumsOf(prefix)] : [])];
    },
    clean: () => rm(parts.sizes, { force: true }),
    async close() {
      await bin.close();
      await sizes.close();
    },
  };
}

/** The file of a pair's checksums. */
export function sumsOf(prefix: string): string {
  return `${prefix}.sums`;
}

function bytesOf({ buffer }: Uint32Array<ArrayBuffer>): Uint8Array {
  return new Uint8Array(buffer);
}

async function compare(file: string, sums: readonly number[]): Promise<void> {
  const found = blockSums(0, []);
  for await (const bytes of plainBytes(file)) found.add(bytes);
  const wrong = found.sums().findIndex((sum, i) => sum !== sums[i]);
  if (wrong >= 0 || found.sums().length !== sums.length) {
    throw changedOnDisk(file, Math.max(0, wrong) * blockBytes);
  }
}

/** Lets files go, and the error on. */
function closing(...files: readonly AppendFile[]): (error: unknown) => Promise<never> {
  return async (error) => {
    for (const file of files) await file.close();
    throw error;
  };
}
