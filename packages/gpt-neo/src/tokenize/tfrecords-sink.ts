import { rename } from "node:fs/promises";
import { exampleOf, recordOf } from "../data/tfrecord/index.ts";
import { type AppendFile, appendFile } from "./append-file.ts";
import type { Sink, SinkState } from "./sink.ts";

export interface TfRecordsOptions {
  /** Ids of an example, one more than the model's context. */
  readonly example: number;
  /** Examples of a file. */
  readonly perFile: number;
}

/**
 * Writes GPT-Neo's TFRecords, `NAME_<file>_<examples>.tfrecords`, as the names of the old scripts have
 * it. Examples go across documents and files, so none loses its rest; only the very last example
 * may be shorter.
 */
export async function tfRecordsSink(
  prefix: string,
  { example, perFile }: TfRecordsOptions,
  saved: SinkState | undefined,
): Promise<Sink> {
  const part = (): string => `${prefix}_${files}.tfrecords.part`;
  /** All but the last file have as many examples as a file may. */
  const name = (file: number, count = perFile): string => `${prefix}_${file}_${count}.tfrecords`;
  let files = Number(saved?.files ?? 0);
  let examples = Number(saved?.examples ?? 0);
  const rest = new Int32Array(example);
  let held = 0;
  for (const id of (saved?.rest as readonly number[] | undefined) ?? []) rest[held++] = id;
  // Files that were ended after the last save are written again: the one to go on with was renamed,
  // full, or with the rest as the very last.
  for (const count of saved ? [perFile, examples + (held > 0 ? 1 : 0)] : []) {
    await rename(name(files, count), part()).catch(() => {});
  }
  let file: AppendFile = await appendFile(part(), Number(saved?.bytes ?? 0));

  const endFile = async (): Promise<void> => {
    await file.sync();
    await file.close();
    await rename(part(), name(files, examples));
    files++;
    examples = 0;
  };
  const writeExample = async (): Promise<void> => {
    if (examples === perFile) {
      await endFile();
      file = await appendFile(part(), 0);
    }
    await file.append(recordOf(exampleOf("text", rest.subarray(0, held))));
    held = 0;
    examples++;
  };
  return {
    async append(ids) {
      for (let at = 0; at < ids.length; ) {
        const count = Math.min(example - held, ids.length - at);
        rest.set(ids.subarray(at, at + count), held);
        held += count;
        at += count;
        if (held === example) await writeExample();
      }
    },
    async save() {
      await file.sync();
      return { files, examples, bytes: file.size, rest: [...rest.subarray(0, held)] };
    },
    async finish() {
      if (held > 0) await writeExample();
      const last = name(files, examples);
      await endFile();
      return [...Array.from({ length: files - 1 }, (_, file) => name(file)), last];
    },
    clean: async () => {},
    close: () => file.close(),
  };
}
