import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { MtfError } from "mtf";
import { readConfig } from "../config/index.ts";
import { sourcesOf, type WrittenData, writtenData } from "../data/index.ts";
import { standardInput } from "../data/pipe.ts";
import {
  type BegunWith,
  begunWithOf,
  checkRunVersion,
  damageOfMark,
  isRunFolder,
  runFile,
} from "../run-mark.ts";
import { areDocuments } from "./data/given.ts";
import type { TrainOptions } from "./options.ts";

/** Options that say what is to be done this time, and not how a run is. */
const passing = new Set(["out", "resume", "json", "profile"]);

/** What a run was begun with. Documents have no name to be found by: they have to be given again. */
export function begunWith(options: TrainOptions): BegunWith {
  const lasting = Object.entries(options).filter(
    ([key, value]) => !passing.has(key) && !areDocuments(value),
  );
  return { folder: process.cwd(), options: Object.fromEntries(lasting) };
}

/** Options that say what the data are, and how they are read. */
const ofData = new Set([
  "data",
  "validationData",
  "inputFormat",
  "textKey",
  "special",
  "zstdWindow",
  "cache",
]);

/**
 * The options of a run that goes on: those it was begun with, with what is given now over them. Where a
 * model or a config is named, they are those of its data alone, and where data are named, too, none.
 *
 * @throws MtfError `bad-argument` if it does not say what it was begun with; `bad-file` if what says so
 * is damaged, or of a later version
 * @example
 * await goingOn({ out: "runs/book", resume: true, steps: 2000 });
 */
export async function goingOn(given: TrainOptions): Promise<TrainOptions> {
  if (!given.resume) return given;
  const isOther = given.config !== undefined || given.model !== undefined;
  if (isOther) return { ...(given.data === undefined && (await dataOf(given))), ...given };
  if (given.out === undefined) {
    throw new MtfError("bad-argument", "there is no folder with a run to go on with.", {
      try: ['`out: "DIR"`'],
    });
  }
  const before = await begunWithOf(given.out);
  if (!before) throw await unknown(given.out);
  return { ...fromElsewhere(before), ...given };
}

/**
 * The data of the run that is in a folder, if it says what they are. Those that its config named are
 * passed over where the config that is given now names some.
 */
async function dataOf({ out, config }: TrainOptions): Promise<TrainOptions> {
  const begun = out === undefined ? undefined : await begunWithOf(out);
  if (!begun) return {};
  const before = fromElsewhere(begun);
  const options = Object.entries(before).filter(([key]) => ofData.has(key));
  const inConfig =
    before.data === undefined && !(await dataIn(config)) ? await dataIn(before.config) : undefined;
  return { ...(inConfig && { data: inConfig }), ...Object.fromEntries(options) };
}

/** What a config names; one that cannot be read any more names nothing. */
async function dataIn(config: TrainOptions["config"]): Promise<WrittenData | undefined> {
  const found = config === undefined ? undefined : await readConfig(config).catch(() => undefined);
  const data = found?.config.training.data;
  return data ? writtenData(data) : undefined;
}

/** The options, with paths that hold where this is called. */
function fromElsewhere({ folder, options }: BegunWith): TrainOptions {
  // As JSON has it, so without documents.
  const before = options as Saved;
  if (folder === process.cwd()) return before;
  const at = (path: string): string => (path === standardInput ? path : resolve(folder, path));
  const ifThere = (name: string): string => (existsSync(at(name)) ? at(name) : name);
  const several = (names: string): string => names.split(",").map(ifThere).join(",");
  const { data, validationData, config, model, tokenizer, cache } = before;
  return {
    ...before,
    ...(data !== undefined && { data: dataAt(data, at) }),
    ...(validationData && { validationData: validationData.map(at) }),
    ...(typeof config === "string" && {
      config: existsSync(at(config)) ? at(config) : several(config),
    }),
    ...(model !== undefined && { model: at(model) }),
    ...(tokenizer !== undefined && { tokenizer: ifThere(tokenizer) }),
    ...(cache !== undefined && { cache: at(cache) }),
  };
}

interface Saved extends Omit<TrainOptions, "data" | "validationData"> {
  readonly data?: WrittenData;
  readonly validationData?: readonly string[];
}

function dataAt(data: WrittenData, at: (path: string) => string): WrittenData {
  return writtenData(
    sourcesOf(data).map(({ files, weight }) => ({ files: files.map(at), weight })),
  );
}

async function unknown(out: string): Promise<MtfError> {
  await checkRunVersion(out);
  const damage = await damageOfMark(out);
  if (damage !== undefined) {
    const file = join(out, runFile);
    return new MtfError("bad-file", `${file} cannot be read: ${damage}.`, {
      try: ["what it was begun with, and `resume: true`"],
      file,
    });
  }
  const older = await isRunFolder(out);
  const what = older ? "does not say what it was begun with" : "holds no run to go on with";
  return new MtfError("bad-argument", `${out} ${what}.`, {
    try: older
      ? ["what it was begun with, and `resume: true`"]
      : ['`config: "PRESET|FILE", data: ["FILE…"]`, to begin one'],
    file: out,
  });
}
