import { access, rename, rm } from "node:fs/promises";
import { writeAtomically } from "mtf/files";
import { plainBytes } from "../data/bytes/plain.ts";
import { typeForVocabulary } from "../data/mmididx/dtypes.ts";
import { bytesOfIds, longestSequence, writeIndexOf } from "../data/mmididx/write.ts";
import { appendFile } from "./append-file.ts";
import type { Sink, SinkState } from "./sink.ts";

/** The file of ids while it grows: what is in it stays there, in its place. */
export function growingBin(prefix: string): string {
  return `${prefix}.bin.part`;
}

/**
 * Writes NeoX's pair of files, a sequence for each document, while the index's sizes wait in a third.
 *
 * @param longest what a sequence may hold, 2^31 - 1 ids in the format: of a longer document there are
 * several
 */
export async function binSink(
  prefix: string,
  vocabSize: number,
  saved: SinkState | undefined,
  longest: number = longestSequence,
): Promise<Sink> {
  const type = typeForVocabulary(vocabSize);
  const parts = { bin: growingBin(prefix), sizes: `${prefix}.sizes.part` };
  let sequences = Number(saved?.sequences ?? saved?.documents ?? 0);
  /** The sequences that go on with the document of the one before. */
  const continued = [...((saved?.continued ?? []) as readonly number[])];
  /** Ids of a sequence that is not complete yet. */
  let begun = Number(saved?.begun ?? 0);
  // Stopped between the file's last name and the state's end.
  if (saved && !(await exists(parts.bin)) && (await exists(`${prefix}.bin`))) {
    await rename(`${prefix}.bin`, parts.bin);
  }
  const bin = await appendFile(parts.bin, Number(saved?.bytes ?? 0));
  const sizes = await appendFile(parts.sizes, 4 * sequences).catch(async (error) => {
    await bin.close();
    throw error;
  });

  return {
    async append(ids, lengths, open) {
      await bin.append(bytesOfIds(ids, type));
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
      return { sequences, continued: [...continued], begun, bytes: bin.size };
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
      // Whoever finds both names finds all of both files.
      await rename(parts.bin, `${prefix}.bin`);
      return [`${prefix}.bin`, `${prefix}.idx`];
    },
    clean: () => rm(parts.sizes, { force: true }),
    async close() {
      await bin.close();
      await sizes.close();
    },
  };
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
