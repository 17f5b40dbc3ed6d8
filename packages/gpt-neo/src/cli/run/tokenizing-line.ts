import { shownName } from "../../data/pipe.ts";
import { some } from "../../some.ts";
import type { TokenizeProgress } from "../../tokenize/tokenize.ts";
import { printDuration } from "../progress.ts";

/** Before so many seconds have gone by, how fast it goes says little of how fast it goes on. */
const settled = 1;

/**
 * How far a call of `tokenize` is, in the words of `train`: what there is by now, how fast it comes, and how
 * long the rest takes where that is known.
 *
 * @param seconds since the call began
 */
export function tokenizingLine(
  { documents, tokens, file, files, fileNumber, share, from }: TokenizeProgress,
  seconds: number,
): string {
  const of = files > 1 ? ` (${fileNumber + 1} of ${files})` : "";
  const what = `tokenizing ${shownName(file)}${of}: ${some(documents, "document")}, ${some(tokens, "token")}`;
  if (seconds < settled) return what;
  const rate = `${Math.round((tokens - from.tokens) / seconds).toLocaleString("en-US")} tokens/s`;
  const done = share === undefined || from.share === undefined ? 0 : share - from.share;
  const left = done > 0 ? `  ${printDuration((seconds * (1 - share!)) / done)} left` : "";
  return `${what}  ${rate}${left}`;
}
