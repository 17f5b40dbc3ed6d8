import { join } from "node:path";
import { type LogRecord, readLog } from "../log.ts";
import { namesIn } from "../make-folder.ts";
import { savedSteps } from "../run-checkpoints.ts";
import { badMark, damageOfMark, runFile } from "../run-mark.ts";
import { lastCheckpoint } from "../train/checkpoint.ts";

/** What a run's folder says about the run. */
export interface RunSummary {
  /** The last step of the log; undefined before the first. */
  readonly step: number | undefined;
  /** The steps that there are checkpoints of. */
  readonly checkpoints: readonly number[];
  /** The end of the log. */
  readonly last: readonly LogRecord[];
  /** The validation losses, by their steps. */
  readonly validation: readonly (readonly [step: number, loss: number])[];
  /** As the last checkpoint has them: the config, the data, the mesh. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** As many lines of a log are shown. */
const shown = 5;

/** Whether a folder is a run's. */
export function isRun(names: readonly string[]): boolean {
  return [runFile, "log.jsonl", "checkpoints"].some((name) => names.includes(name));
}

/**
 * Says how far a run is.
 *
 * @throws MtfError `bad-file` for a damaged log or checkpoint, and for a `run.json` that is not as written
 */
export async function inspectRun(folder: string): Promise<RunSummary> {
  const damage = await damageOfMark(folder);
  if (damage !== undefined) throw badMark(folder, damage);
  const log = await inspectLog(join(folder, "log.jsonl"));
  const names = await namesIn(folder);
  const last = names.includes("checkpoints") ? await lastCheckpoint(folder) : undefined;
  return {
    ...log,
    checkpoints: await savedSteps(folder),
    settings: last?.progress.settings ?? {},
  };
}

/** What a log alone says about a run. */
export async function inspectLog(file: string): Promise<RunSummary> {
  const records = await readLog(file);
  const validation = records.flatMap(({ step, validationLoss }) =>
    step !== undefined && typeof validationLoss === "number"
      ? [[step, validationLoss] as const]
      : [],
  );
  return {
    step: records.findLast(({ step }) => step !== undefined)?.step,
    checkpoints: [],
    last: records.slice(-shown),
    validation: validation.slice(-shown),
    settings: {},
  };
}
