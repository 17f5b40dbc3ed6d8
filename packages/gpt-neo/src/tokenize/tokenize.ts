import { join } from "node:path";
import { type DataFile, dataFiles } from "../data/files.ts";
import { pipesAmong } from "../data/pipe.ts";
import type { ReadOptions } from "../data/read.ts";
import { acquireLock } from "../lock/index.ts";
import { makeFolder } from "../make-folder.ts";
import {
  cutterFor,
  type JsonTokenizer,
  makeTokenizer,
  type TokenizerSource,
} from "../tokenizer/index.ts";
import { behind, sizesOf } from "./behind.ts";
import { binSink } from "./bin-sink.ts";
import { checkName } from "./check-name.ts";
import { openPool, type Pool } from "./pool.ts";
import type { Sink, SinkState } from "./sink.ts";
import { checkFree, finishedFiles, finishedState, loadState, saveState, taskOf } from "./state.ts";
import { type TfRecordsOptions, tfRecordsSink } from "./tfrecords-sink.ts";
import { beginning, type Encoded } from "./unit.ts";
import { unitsOf, type Work } from "./units.ts";

export interface TokenizeOptions extends TfRecordsOptions {
  /** The folder of the files; made if need be. */
  readonly out: string;
  /** What the files' names begin with. */
  readonly name: string;
  /** A pair of `.bin` and `.idx`, or TFRecords of examples of one length. */
  readonly format: "bin" | "tfrecords";
  /** What ids are made with, as threads can make it. */
  readonly tokenizer: TokenizerSource;
  /** Ends every document; by default what the tokenizer says. */
  readonly endOfText?: number | undefined;
  /** How the files are read. */
  readonly read: ReadOptions;
  /** Threads that encode; 0 for none beside this one. */
  readonly workers: number;
  /** Told after each piece of work. */
  readonly onProgress?: (progress: TokenizeProgress) => void;
  /** Milliseconds between saves; 5,000 by default. */
  readonly saveEvery?: number;
  /** What is done, so that the same call goes on; by default files with their names, and options. */
  readonly task?: string;
  /** Whether a `.bin` has a file of checksums beside it. */
  readonly sums?: boolean;
  /** Asked between units: whether to save and stop. */
  readonly stopped?: () => boolean;
}

export interface TokenizeProgress {
  /** Those that are written, and the one that is being written. */
  readonly documents: number;
  readonly tokens: number;
  readonly file: string;
  readonly files: number;
  readonly fileNumber: number;
  /** The part of the files that is behind, from 0 to 1, as far as it is known. */
  readonly share: number | undefined;
  /** Where this call began: further on where it goes on with another. */
  readonly from: { readonly tokens: number; readonly share: number | undefined };
}

export interface Tokenized {
  readonly documents: number;
  readonly tokens: number;
  readonly files: readonly string[];
  /** False if it was stopped; the same call goes on. */
  readonly finished: boolean;
  /** Documents that were there from an earlier call; all of them where that call had finished. */
  readonly resumed: number;
}

/**
 * Turns text into files of ids on several threads. Documents keep their order, each ends in the end
 * of text, and none is lost. Stopped at any point, even by force, the same call goes on and writes
 * the same bytes; once finished, it finds them.
 *
 * @throws MtfError `bad-argument` if another task was begun or finished there, or files of that name
 * are there from elsewhere, or a name that is none of a file; `bad-file` for bad data
 * @example
 * const source = { tokenizer: await tokenizerSource("gpt2"), read: {}, workers: 2 };
 * const written = { format: "tfrecords", example: 2049, perFile: 100_000 } as const;
 * await tokenize(["pile/*.jsonl.zst"], { out: "ids", name: "pile", ...source, ...written });
 */
export async function tokenize(
  paths: readonly string[],
  options: TokenizeOptions,
): Promise<Tokenized> {
  const { out, read } = options;
  checkName(options.name);
  const files = await dataFiles(paths, read.inputFormat, { except: out, ...read });
  const task = await taskFor(files, options);
  // What is finished is there for any number of readers, who need not write for that.
  const before = await finishedBefore(files, options, task);
  if (before) return before;
  await makeFolder(out);
  const lock = acquireLock(join(out, `.${options.name}.lock`), out);
  try {
    return await tokenizeFiles(files, task, options);
  } finally {
    lock.release();
  }
}

async function taskFor(files: readonly DataFile[], options: TokenizeOptions): Promise<string> {
  const { name, format, tokenizer, endOfText, read, example, perFile } = options;
  // How much memory reading may take changes nothing of what is read.
  const { zstdWindow: _, ...reading } = read;
  const settings = { name, format, tokenizer, endOfText, read: reading, example, perFile };
  return options.task ?? (await taskOf(files, settings));
}

/** What an earlier call has made of it, if that is still there. */
async function finishedBefore(
  files: readonly DataFile[],
  { out, name }: TokenizeOptions,
  task: string,
): Promise<Tokenized | undefined> {
  const state = await loadState(stateOf(out, name), task, await anyPipe(files));
  if (state?.kind !== "finished") return undefined;
  const { documents, tokens } = state;
  const found = await finishedFiles(out, state);
  return found && { documents, tokens, files: found, finished: true, resumed: documents };
}

async function anyPipe(files: readonly DataFile[]): Promise<boolean> {
  return (await pipesAmong(files.map(({ file }) => file))).length > 0;
}

function stateOf(out: string, name: string): string {
  return join(out, `${name}.progress.json`);
}

async function tokenizeFiles(
  files: readonly DataFile[],
  task: string,
  options: TokenizeOptions,
): Promise<Tokenized> {
  const { out, name, format, tokenizer, endOfText, read } = options;
  // Once more: another call may just have ended.
  const before = await finishedBefore(files, options, task);
  if (before) return before;
  const statePath = stateOf(out, name);
  const state = await loadState(statePath, task, await anyPipe(files));
  // Files that were finished and are gone are made again.
  if (!state) await checkFree(join(out, name), format);
  const saved = state?.kind === "begun" ? state : undefined;
  const model = makeTokenizer(tokenizer);
  const sink = await openSink(options, model.vocabSize, saved?.sink);
  const pool = openPool(options.workers, { tokenizer, textKey: read.textKey, endOfText }, model);
  let { documents, tokens } = saved ?? { documents: 0, tokens: 0 };
  let place = saved?.place ?? beginning;
  const save = async (): Promise<void> => {
    const sinkState = await sink.save();
    await saveState(statePath, {
      ...{ kind: "begun", task, place, documents, tokens },
      sink: sinkState,
    });
  };

  const sizes = await sizesOf(files);
  const from = { tokens, share: behind(files, sizes, place) };
  try {
    let stopped = false;
    let begun = saved !== undefined;
    let savedAt = performance.now();
    const cutter = () =>
      model.name === "json"
        ? cutterFor((model as JsonTokenizer).file, tokenizer.special === true)
        : undefined;
    const works = unitsOf(files, place, read, cutter);
    for await (const { work, encoded } of inOrder(works, pool)) {
      // Whatever is written from here on is known to be of this call.
      if (!begun) await save();
      begun = true;
      await sink.append(encoded.ids, encoded.lengths, encoded.open);
      documents += encoded.lengths.length - (encoded.open ? 1 : 0);
      tokens += encoded.ids.length;
      place = work.after;
      const fileNumber = Math.min(place.file, files.length - 1);
      const { file } = files[fileNumber]!;
      const all = documents + (encoded.open ? 1 : 0);
      const share = behind(files, sizes, place);
      options.onProgress?.({
        ...{ documents: all, tokens, file, files: files.length, fileNumber },
        ...{ share, from },
      });
      stopped = options.stopped?.() === true;
      if (stopped) break;
      if (performance.now() - savedAt > (options.saveEvery ?? 5000)) {
        await save();
        savedAt = performance.now();
      }
    }
    const resumed = saved?.documents ?? 0;
    // Saved even at the end: a stop while files are ended has to know that all of them is there.
    await save();
    if (stopped) {
      await sink.close();
      return { documents, tokens, files: [], finished: false, resumed };
    }
    const names = await sink.finish();
    await saveState(statePath, await finishedState(task, { documents, tokens, files: names }));
    await sink.clean();
    return { documents, tokens, files: names, finished: true, resumed };
  } catch (error) {
    await sink.close().catch(() => {});
    throw error;
  } finally {
    await pool.close();
  }
}

function openSink(
  { out, name, format, example, perFile, sums }: TokenizeOptions,
  vocabSize: number,
  saved: SinkState | undefined,
): Promise<Sink> {
  const prefix = join(out, name);
  return format === "bin"
    ? binSink(prefix, vocabSize, saved, { sums })
    : tfRecordsSink(prefix, { example, perFile }, saved);
}

interface Done {
  readonly work: Work;
  readonly encoded: Encoded;
}

/** Keeps all threads busy, and gives what they made in the order of the data. */
async function* inOrder(works: AsyncIterable<Work>, pool: Pool): AsyncGenerator<Done> {
  const waiting: { work: Work; encoded: Promise<Encoded> }[] = [];
  for await (const work of works) {
    const encoded = pool.encode(work.unit);
    // Awaited in its turn; until then its failure is nobody's.
    encoded.catch(() => {});
    waiting.push({ work, encoded });
    if (waiting.length < pool.capacity) continue;
    const first = waiting.shift()!;
    yield { work: first.work, encoded: await first.encoded };
  }
  for (const { work, encoded } of waiting) yield { work, encoded: await encoded };
}
