import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { MtfError } from "mtf";
import { writeAtomically } from "mtf/files";
import type { Config } from "../config/index.ts";
import { bytesOf } from "../data/bytes/index.ts";
import { formatOf } from "../data/format.ts";
import { isPipe, shownName } from "../data/pipe.ts";
import type { ReadingOptions } from "../data/reading-options.ts";
import { makeFolder } from "../make-folder.ts";
import { isRunFolder } from "../run-mark.ts";
import type { TrainOptions } from "./options.ts";
import { keptPipes, pipeName, rememberPipes } from "./pipes-kept.ts";

/** The folder of a run that keeps what came through pipes. */
export const pipedFolder = "piped";

/** A run's config in which no data come through pipes. */
export interface Unpiped {
  readonly config: Config;
  /** What is to be said of pipes once the run's folder is there to stay. */
  readonly told: readonly string[];
  /** Removes what was kept, unless it is a run's by now. */
  release(): Promise<void>;
}

export interface PipedOptions
  extends ReadingOptions,
    Pick<TrainOptions, "data" | "validationData"> {
  readonly out: string;
  /** Whether the run goes on from a checkpoint: what it began with is read again. */
  readonly goesOn: boolean;
  /** Ends the reading by its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Keeps what comes through pipes in the run's folder, unpacked, and puts these files into the config:
 * a run may read its data more than once, and does so when it is resumed.
 *
 * @throws MtfError `bad-file` if a pipe cannot be read, or what it gives cannot be written, or what it
 * gave before is there no more and none is named now; the signal's reason
 */
export async function withoutPipes(config: Config, options: PipedOptions): Promise<Unpiped> {
  const { out, inputFormat } = options;
  const folder = join(out, pipedFolder);
  const { data, validation_data } = config.training;
  const isTrained = options.data !== undefined;
  const isValidated = options.validationData !== undefined;
  const before = options.goesOn ? await keptPipes(folder) : undefined;
  const kept = new Map(before);
  const told: string[] = [];
  const fileOf = async (path: string, isNamed: boolean): Promise<string> => {
    const format = inputFormat ?? formatOf(path);
    // What cannot be read through a pipe at all, its reader says.
    if (format === undefined || format === "bin") return path;
    const name = pipeName(path);
    if (!before?.has(name) && !(await isPipe(path))) return path;
    const file = before?.get(name) ?? `${kept.size + 1}.${format}`;
    if (options.goesOn && !isNamed && !existsSync(join(folder, file))) {
      throw lost(path, join(folder, file));
    }
    kept.set(name, file);
    told.push(await keep(path, join(folder, file), options));
    await rememberPipes(folder, kept);
    return join(folder, file);
  };
  const release = async (): Promise<void> => {
    if (kept.size > 0 && !(await isRunFolder(out)))
      await rm(folder, { recursive: true, force: true });
  };
  try {
    const sources = [];
    for (const { files, weight } of data ?? [])
      sources.push({ files: await all(files, (path) => fileOf(path, isTrained)), weight });
    const held =
      validation_data && (await all(validation_data, (path) => fileOf(path, isValidated)));
    const training = { ...config.training, data: data && sources, validation_data: held };
    return { config: { ...config, training }, told, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** One after the other: a pipe may be what another waits for. */
async function all<T>(paths: readonly T[], each: (path: T) => Promise<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for (const path of paths) found.push(await each(path));
  return found;
}

function lost(pipe: string, file: string): MtfError {
  const sentence = `${file} is gone, which had what came through ${shownName(pipe)}.`;
  return new MtfError("bad-file", sentence, { try: ['`data: ["FILE"]`, the same again'], file });
}

/** @returns what is to be said of it */
async function keep(
  pipe: string,
  file: string,
  { goesOn, signal, zstdWindow }: PipedOptions,
): Promise<string> {
  const name = shownName(pipe);
  if (goesOn && existsSync(file)) return `${file} has what came through ${name} before`;
  await makeFolder(join(file, ".."));
  await writeAtomically(file, async (target) => {
    for await (const chunk of bytesOf(pipe, { zstdWindow })) {
      signal?.throwIfAborted();
      await target.write(chunk);
    }
  });
  return `what came through ${name} is kept in ${file}, for \`resume\``;
}
