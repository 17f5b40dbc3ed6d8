import { MtfError } from "mtf";
import { sentenceOf } from "mtf/files";

/**
 * An error of a run's last checkpoint where that is damaged, with what to remove to go on from the one
 * before; any other error as it is.
 *
 * @param steps of which there are checkpoints, ascending
 */
export function withWayBack(error: unknown, path: string, steps: readonly number[]): unknown {
  const before = steps.at(-2);
  if (!(error instanceof MtfError) || error.code !== "bad-file" || before === undefined) {
    return error;
  }
  const again = `removing ${path}, to go on from step ${before}`;
  const advice = [...(error.details.try ?? []), again];
  return new MtfError(error.code, sentenceOf(error), { ...error.details, try: advice });
}
