import { existsSync } from "node:fs";
import { rm, rmdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Config } from "../config/index.ts";
import { formatOf } from "../data/format.ts";
import { isPipe, shownName } from "../data/pipe.ts";
import { isRunFolder } from "../run-mark.ts";
import type { GoingOn } from "./going-on.ts";
import { type KeepOptions, keepPipe } from "./keep-pipe.ts";
import { gonePipe, lostFile, nothingCame, type PipeOption } from "./pipe-errors.ts";
import { freeFile, keptPipes, pipeName, rememberPipes } from "./pipes-kept.ts";
import { pipesNamedNow } from "./pipes-named.ts";

/** The folder of a run that keeps what came through pipes. */
export const pipedFolder = "piped";

/** A run's config in which no data come through pipes. */
export interface Unpiped {
  readonly config: Config;
  /** What is to be said of pipes once the run's folder is there to stay. */
  readonly told: readonly string[];
  /** Has the run go on with what came now, in place of what came before: from its first step on. */
  settle(): Promise<void>;
  /** Removes what was kept, unless it is a run's by now. */
  release(): Promise<void>;
}

export interface PipedOptions extends GoingOn, KeepOptions {
  readonly out: string;
}

/**
 * Keeps what comes through pipes in the run's folder, unpacked, and puts these files into the config:
 * a run may read its data more than once, and does so when it is resumed. A pipe that is named then is read
 * anew.
 *
 * @throws MtfError `bad-file` if a pipe cannot be read, or what it gives cannot be written, or what it
 * gave before is there no more and none is named now; `bad-argument` where nothing comes through one that
 * has given something before; the signal's reason
 */
export async function withoutPipes(config: Config, options: PipedOptions): Promise<Unpiped> {
  const { out, inputFormat, resume: goesOn = false } = options;
  const folder = join(out, pipedFolder);
  const { data, validation_data } = config.training;
  const before = goesOn ? await keptPipes(folder) : new Map<string, string>();
  const isNamedNow = pipesNamedNow(options);
  const kept = new Map(before);
  const made: string[] = [];
  const told: string[] = [];
  const read: string[] = [];
  let isSettled = false;
  const trained = (data ?? []).flatMap(({ files }) => files);
  // An older version had the same name for both options, which one pipe cannot be for.
  const fileBefore = (path: string, option: PipeOption): string | undefined =>
    before.get(nameOf(path, option)) ??
    (trained.includes(path) ? undefined : before.get(pipeName(path)));
  const keptFile = (path: string, name: string, file: string, option: PipeOption): string => {
    if (!existsSync(join(folder, file))) throw lostFile(path, join(folder, file), option);
    kept.set(name, file);
    told.push(`${join(folder, file)} has what came through ${shownName(path)} before`);
    return join(folder, file);
  };
  const newFile = async (path: string, name: string, file: string, option: PipeOption) => {
    const earlier = fileBefore(path, option);
    made.push(join(folder, file));
    const bytes = await keepPipe(path, join(folder, file), options);
    if (bytes === 0 && earlier !== undefined)
      throw nothingCame(path, join(folder, earlier), option);
    kept.set(name, file);
    if (!goesOn) await rememberPipes(folder, kept);
    const place = earlier === undefined ? "" : `, in place of ${earlier}`;
    const where = `${join(folder, file)}${place}`;
    told.push(`what came through ${shownName(path)} is kept in ${where}, for \`resume\``);
    return join(folder, file);
  };
  // What lies there before a run begins is of one that was killed when it began.
  const fileFor = async (format: string): Promise<string> =>
    goesOn ? freeFile(folder, kept, format) : `${kept.size + 1}.${format}`;
  const fileOf = async (path: string, option: PipeOption): Promise<string> => {
    const format = inputFormat ?? formatOf(path);
    // What cannot be read through a pipe at all, its reader says.
    if (format === undefined || format === "bin") return path;
    const name = nameOf(path, option);
    const file = fileBefore(path, option);
    if (goesOn && !isNamedNow(path, option)) {
      // An older version has not written down which is which.
      const same = file ?? ((await isPipe(path)) ? `${kept.size + 1}.${format}` : undefined);
      return same === undefined ? path : keptFile(path, name, same, option);
    }
    if (await isPipe(path)) return newFile(path, name, await fileFor(format), option);
    if (file !== undefined && !existsSync(path)) throw gonePipe(path, join(folder, file), option);
    return path;
  };
  const settle = async (): Promise<void> => {
    if (isSettled) return;
    isSettled = true;
    if (!goesOn || made.length === 0) return;
    await rememberPipes(folder, kept);
    const keeps = [...kept.values()].map((file) => join(folder, file));
    // What came before may be named as a file by now, which it is read as from here on.
    const used = new Set([...keeps, ...read].map((path) => resolve(path)));
    for (const file of before.values()) {
      const path = join(folder, file);
      if (!used.has(resolve(path))) await rm(path, { force: true });
    }
  };
  const release = async (): Promise<void> => {
    if (isSettled || made.length === 0) return;
    if (!goesOn && (await isRunFolder(out))) return;
    for (const file of made) await rm(file, { force: true });
    if (!goesOn) await rm(folder, { recursive: true, force: true });
    // Only where it is empty.
    else await rmdir(folder).catch(() => undefined);
  };
  try {
    const sources = [];
    for (const { files, weight } of data ?? [])
      sources.push({ files: await all(files, (path) => fileOf(path, "data")), weight });
    const held =
      validation_data && (await all(validation_data, (path) => fileOf(path, "validationData")));
    read.push(...sources.flatMap(({ files }) => files), ...(held ?? []));
    const training = { ...config.training, data: data && sources, validation_data: held };
    return { config: { ...config, training }, told, settle, release };
  } catch (error) {
    await release();
    throw error;
  }
}

/** What a pipe of an option goes by: a shell gives another one the same name with the next command. */
function nameOf(path: string, option: PipeOption): string {
  return option === "data" ? pipeName(path) : `validation_data ${pipeName(path)}`;
}

/** One after the other: a pipe may be what another waits for. */
async function all<T>(paths: readonly T[], each: (path: T) => Promise<T>): Promise<readonly T[]> {
  const found: T[] = [];
  for (const path of paths) found.push(await each(path));
  return found;
}
