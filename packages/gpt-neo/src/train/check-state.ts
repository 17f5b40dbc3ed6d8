import { isTensor, leavesOf, MtfError } from "mtf";
import { openCheckpoint } from "mtf/checkpoint";
import type { Config, Training } from "../config/index.ts";
import { furtherAfresh } from "../further-afresh.ts";
import { modelOf } from "../models/index.ts";
import { optionsInWords } from "../options-in-words.ts";
import type { Claim } from "./claim.ts";
import { printed } from "./settings.ts";
import { statePlaceholders } from "./step.ts";

/** Keys of `training` that say, beside the optimizer's name, what is kept for each weight. */
const keeping = ["ema", "adafactor_momentum"] as const satisfies readonly (keyof Training)[];

/**
 * Checks, before any data are read, that a run's checkpoint holds all that its steps need by now: what an
 * optimizer keeps from step to step cannot be begun in between.
 *
 * @throws MtfError `bad-argument` with the settings that ask for what it does not hold
 */
export async function checkState(
  { path, progress }: NonNullable<Claim["checkpoint"]>,
  out: string,
  config: Config,
): Promise<void> {
  const checkpoint = await openCheckpoint(path);
  await checkpoint.close();
  const dims = modelOf(config).dims(config, 1, config.training.context);
  const missing = leavesOf(statePlaceholders(config, dims), isTensor).flatMap(([name]) =>
    checkpoint.tensors.has(name) ? [] : [name],
  );
  if (missing.length === 0) return;
  const asked = keeping.filter(
    (key) => config.training[key] !== null && (progress.settings[key] ?? null) === null,
  );
  const evidence =
    asked.length > 0
      ? asked.map((key) => [key, `unset -> ${printed(config.training[key])}`] as const)
      : [["not there", `${missing[0]}, and ${missing.length - 1} more`] as const];
  const before = Object.fromEntries(asked.map((key) => [key, null]));
  throw new MtfError("bad-argument", "the run's checkpoint has not kept what its steps need now.", {
    evidence: [["checkpoint", path], ...evidence],
    try: [
      ...(asked.length > 0 ? [`${optionsInWords({ set: before })}, as it was begun`] : []),
      furtherAfresh(out),
    ],
    missing,
  });
}
