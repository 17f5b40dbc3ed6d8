import { join } from "node:path";
import { MtfError } from "mtf";
import { sentenceOf } from "mtf/files";
import { type FoundConfig, readConfigOfRun } from "../config/index.ts";
import { isObject } from "../json.ts";
import { savedSteps } from "../run-checkpoints.ts";
import {
  type BegunWith,
  badMark,
  begunWithOf,
  checkRunVersion,
  damageOfMark,
  isRunFolder,
  runFile,
} from "../run-mark.ts";
import { absolutePath } from "./absolute-paths.ts";
import { asBegunNow } from "./as-begun-now.ts";
import type { TrainOptions } from "./options.ts";
import { pairsOf } from "./set-keys.ts";

/** What a run remembers that goes on. */
export interface Remembered {
  readonly begun: BegunWith;
  /** Its config, with what a config that is given now says over it. */
  readonly found: FoundConfig;
}

/** Options, with what they go on with where they do. */
export type GoingOn = TrainOptions & { readonly remembered?: Remembered | undefined };

/**
 * The options of a run that goes on: those it was begun with, and what is given now over them, key by key.
 * A model is what a run begins from, and none of it once there is a checkpoint.
 *
 * @throws MtfError `bad-argument` if it does not say what it was begun with, and where the weights of
 * another model would not be used; `bad-file` if what says so is damaged, or of a later version
 * @example
 * await goingOn({ out: "runs/book", resume: true, steps: 2000 });
 */
export async function goingOn(given: TrainOptions): Promise<GoingOn> {
  const { resume, out, config, model } = given;
  if (!resume || out === undefined) return given;
  await checkRunVersion(out);
  const begun = await begunIn(out, config !== undefined || model !== undefined);
  if (!begun) return given;
  const found = await readConfigOfRun(begun.config!, join(out, runFile), config);
  const set = pairsOf(given.set ?? []).map(([key]) => key);
  const before = withoutPlace(begun, found, set) as TrainOptions;
  const options = { ...before, ...given, remembered: { begun, found } };
  const step = (await savedSteps(out)).at(-1);
  if (step === undefined) return options;
  if (model !== undefined && absolutePath(model) !== before.model) throw unused(model, out, step);
  const { model: _, withOptimizer: _w, ...rest } = options;
  return rest;
}

/**
 * What a run was begun with, with its config. Of one that does not say, there is nothing where another
 * config or model is named.
 */
async function begunIn(out: string, isNamed: boolean): Promise<BegunWith | undefined> {
  const begun = await begunWithOf(out);
  if (!begun) {
    if (isNamed) return undefined;
    throw await unknown(out);
  }
  try {
    if (!begun.config) return await asBegunNow(begun);
    await readConfigOfRun(begun.config, join(out, runFile), undefined);
    return begun;
  } catch (error) {
    if (isNamed) return undefined;
    throw begun.config ? withInstead(error) : error;
  }
}

const places = ["mesh", "layout", "storage"] as const;

/** What the run was begun with beside its config, but for what a config or `set` says otherwise by now. */
function withoutPlace(
  { options, config }: BegunWith,
  { config: now }: FoundConfig,
  set: readonly string[],
): object {
  const training = isObject(config?.training) ? config.training : {};
  const said = places.filter(
    (key) => now.training[key] !== (training[key] ?? null) || set.includes(key),
  );
  const left = Object.entries(options).filter(([key]) => !said.some((one) => one === key));
  return Object.fromEntries(left);
}

function unused(model: string, out: string, step: number): MtfError {
  const goesOn = `${out} goes on from its own step ${step}`;
  return new MtfError("bad-argument", `${goesOn}: the weights of ${model} would not be used.`, {
    try: ["no `model`, to go on", `\`out\` with another folder, to train ${model} further`],
  });
}

const instead =
  '`config: "PRESET|FILE"` or `model: "DIR"`, and all else that it was begun with, beside `resume: true`';

/** An error of what a run remembers, with what makes it do without. */
function withInstead(error: unknown): unknown {
  if (!(error instanceof MtfError)) return error;
  const details = { ...error.details, try: [`${instead}, which writes it anew`] };
  return new MtfError(error.code, sentenceOf(error), details);
}

async function unknown(out: string): Promise<MtfError> {
  const damage = await damageOfMark(out);
  if (damage !== undefined) return badMark(out, damage, [`${instead}, which writes it anew`]);
  const older = (await isRunFolder(out)) || (await savedSteps(out)).length > 0;
  const what = older ? "does not say what it was begun with" : "holds no run to go on with";
  return new MtfError("bad-argument", `${out} ${what}.`, {
    try: older ? [instead] : ['`config: "PRESET|FILE", data: ["FILE…"]`, to begin one'],
    file: out,
  });
}
