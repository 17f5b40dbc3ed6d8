import { randomUUID } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MtfError } from "mtf";
import { writeAtomically } from "mtf/files";
import type { DataFile } from "../data/files.ts";
import { isPipe } from "../data/pipe.ts";
import { namesIn } from "../make-folder.ts";
import type { SinkState } from "./sink.ts";
import type { Place } from "./unit.ts";

/** How far it came, saved now and then, so that the same command goes on from there. */
export interface Begun {
  readonly kind: "begun";
  /** What the command was to do; another one does not go on from here. */
  readonly task: string;
  readonly place: Place;
  readonly documents: number;
  readonly tokens: number;
  readonly sink: SinkState;
}

/** What came of it, so that the same command need not do it again. */
export interface Finished {
  readonly kind: "finished";
  readonly task: string;
  readonly documents: number;
  readonly tokens: number;
  /** Names in the folder, and what there is in each. */
  readonly files: readonly { readonly name: string; readonly bytes: number }[];
}

export type State = Begun | Finished;

/** Everything that decides what is written, and whether the files are still the same. */
export async function taskOf(
  files: readonly DataFile[],
  settings: Readonly<Record<string, unknown>>,
): Promise<string> {
  const inputs = await Promise.all(
    files.map(async ({ file, format }) => {
      // Other data may come through a pipe of the same name.
      if (await isPipe(file)) return [file, format, randomUUID()];
      const is = await stat(file).catch(() => undefined);
      return [file, format, is?.size, is?.mtimeMs];
    }),
  );
  return JSON.stringify({ version: 1, settings, inputs });
}

/**
 * The state to go on from; undefined to begin.
 *
 * @throws MtfError `bad-argument` if it is of another task
 */
export async function loadState(
  path: string,
  task: string,
  fromPipe = false,
): Promise<State | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const state = parse(text);
  if (state?.task === task) return state;
  const other = `it was ${state?.kind} with other data or options`;
  const reason = !state ? "it is not readable" : fromPipe ? "a pipe may have other data" : other;
  throw new MtfError("bad-argument", `${path} cannot be gone on from: ${reason}.`, {
    try: [
      ...(state && !fromPipe ? [`the options it was ${state.kind} with`] : []),
      "another `out`",
      `removing ${path}, to begin afresh`,
    ],
    file: path,
  });
}

function parse(text: string): State | undefined {
  try {
    return JSON.parse(text) as State;
  } catch {
    return undefined;
  }
}

export function saveState(path: string, state: State): Promise<void> {
  return writeAtomically(path, (file) => file.write(`${JSON.stringify(state)}\n`));
}

/** The state of files that are complete. */
export async function finishedState(
  task: string,
  { documents, tokens, files }: Pick<Begun, "documents" | "tokens"> & { files: readonly string[] },
): Promise<Finished> {
  const sizes = files.map(async (file) => ({
    name: basename(file),
    bytes: (await stat(file)).size,
  }));
  return { kind: "finished", task, documents, tokens, files: await Promise.all(sizes) };
}

/**
 * The files that are complete, if all of them are still there as they were.
 *
 * @throws MtfError `bad-argument` if there is another file in the place of one
 */
export async function finishedFiles(
  folder: string,
  { files }: Finished,
): Promise<readonly string[] | undefined> {
  const paths = files.map(({ name }) => join(folder, name));
  const found = await Promise.all(paths.map((path) => stat(path).catch(() => undefined)));
  const other = paths.find((_, i) => found[i] && found[i].size !== files[i]!.bytes);
  if (other !== undefined) throw notOurs(other, "is not as it was written");
  return found.every((is) => is !== undefined) ? paths : undefined;
}

/**
 * Checks that files to be written replace nobody's.
 *
 * @param prefix what their names begin with
 * @throws MtfError `bad-argument` naming the file in the way
 */
export async function checkFree(prefix: string, format: "bin" | "tfrecords"): Promise<void> {
  const name = basename(prefix);
  const ending = format === "bin" ? /^\.(bin|idx)$/ : /^_\d+_\d+\.tfrecords$/;
  for (const found of await namesIn(dirname(prefix))) {
    if (!found.startsWith(name) || !ending.test(found.slice(name.length))) continue;
    throw notOurs(join(dirname(prefix), found), "is there already, from elsewhere");
  }
}

function notOurs(file: string, what: string): MtfError {
  return new MtfError("bad-argument", `${file} ${what}.`, {
    try: ["`name` or `out` with another one", `removing ${file}`],
    file,
  });
}
