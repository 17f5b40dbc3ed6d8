import { MtfError } from "mtf";
import { sentenceOf } from "mtf/files";

/** What brings a file that is not there, where it is in another host's folder. */
const gathering = "gpt-neo gather, where hosts without a shared folder have saved";

/**
 * An error of a run's last checkpoint where that is damaged, with what to remove to go on from the one
 * before, or where a file that is not there may be; any other error as it is.
 *
 * @param steps of which there are checkpoints, ascending
 */
export function withWayBack(error: unknown, path: string, steps: readonly number[]): unknown {
  if (!(error instanceof MtfError) || error.code !== "bad-file") return error;
  const before = steps.at(-2);
  const isMissing = error.details.reason === "there is no such file";
  const advice = [
    ...(isMissing ? [gathering] : (error.details.try ?? [])),
    ...(before === undefined ? [] : [`removing ${path}, to go on from step ${before}`]),
  ];
  if (advice.length === 0) return error;
  return new MtfError(error.code, sentenceOf(error), { ...error.details, try: advice });
}
