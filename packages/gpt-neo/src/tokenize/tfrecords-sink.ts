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
  const written: string[] = [];
  let files = Number(saved?.files ?? 0);
  let examples = Number(saved?.examples ?? 0);
  const rest = new Int32Array(example);
  let held = 0;
  for (const id of (saved?.rest as readonly number[] | undefined) ?? []) rest[held++] = id;
  // Files that were ended after the last save are written again: the one to go on with was renamed.
  const ended = `${prefix}_${files}_${perFile}.tfrecords`;
  if (saved) await rename(ended, part()).catch(() => {});
  let file: AppendFile = await appendFile(part(), Number(saved?.bytes ?? 0));

  const endFile = async (): Promise<void> => {
    await file.sync();
    await file.close();
    const name = `${prefix}_${files}_${examples}.tfrecords`;
    await rename(part(), name);
    written.push(name);
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
      await endFile();
      return written;
    },
    clean: async () => {},
    close: () => file.close(),
  };
}
