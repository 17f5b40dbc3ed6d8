import { isRunFolder } from "../../run-mark.ts";
import type { ProfiledStep } from "../../train/listener.ts";
import { train } from "../../train/train.ts";
import type { TrainedInFolder } from "../../train/train-from.ts";
import { progressLine } from "../progress.ts";
import type { TrainCommandOptions } from "../train-options.ts";
import { onInterrupt } from "./interrupt.ts";
import { checkProfileFile, writeProfile } from "./profile-file.ts";
import { showing } from "./shown.ts";

/**
 * `gpt-neo train`: trains as the command line says, until the last step or an interrupt.
 *
 * @returns undefined where it was interrupted before the first step
 */
export async function run({
  json: _,
  profile,
  ...options
}: TrainCommandOptions): Promise<TrainedInFolder | undefined> {
  const { out } = options;
  if (profile !== undefined) checkProfileFile(profile);
  const progress = progressLine();
  const shown = showing(progress);
  const interrupt = onInterrupt(() => {
    const when = shown.begun ? "stopping after this step" : "stopping";
    progress.note(`${when}; again to stop now`);
  });
  const { signal, stopped } = interrupt;
  try {
    let isProfiled = false;
    const onProfile = async (profiled: ProfiledStep) => {
      isProfiled = true;
      await writeProfile(profile!, profiled, progress.note);
    };
    const listener = { ...shown, onProfile, signal, stopped };
    const trained = await train({ ...options, profile: profile !== undefined }, listener);
    progress.end();
    if (profile !== undefined && !isProfiled) {
      progress.note(`${profile} was not written: it would have been with a later step`);
    }
    const { step, saved, finished } = trained;
    const again = `gpt-neo train --out ${out} --resume`;
    if (finished && !shown.begun) progress.note(`to go on: ${again} --steps ${2 * step}`);
    if (!finished) {
      const kept = saved === undefined ? "nothing is saved" : `saved after step ${saved}`;
      const lost = saved === step ? "" : ", as the last steps did not go well";
      progress.note(`${kept}${lost}; ${again} goes on`);
      if (signal.aborted) process.exitCode = 130;
    }
    return trained;
  } catch (error) {
    if (!signal.aborted || error !== signal.reason) throw error;
    progress.end();
    const saved = options.resume ? `${out} is as it was` : "nothing is saved";
    // Steps that had begun have made it a run's folder, which nothing but --resume goes on with.
    const isRun = !options.resume && (await isRunFolder(out));
    const again = isRun ? `gpt-neo train --out ${out} --resume` : "the same command";
    progress.note(`stopped before the first step: ${saved}; ${again} begins again`);
    process.exitCode = 130;
    return undefined;
  } finally {
    interrupt.end();
    progress.end();
  }
}
