import type { ToldSettings } from "../options/settings.ts";
import type { Sampling } from "../sample.ts";
import { leavesAll } from "./choose.ts";
import { fewest, type Look, likeliest } from "./look.ts";

/** How the ids of a prompt's texts are chosen, where nothing but this and what lowers some changes scores. */
export interface Chooses {
  /** Whether scores of some ids are lowered before. */
  readonly lowers: boolean;
  readonly sampling: Sampling;
  readonly seed: number;
  readonly told: ToldSettings;
  readonly vocabulary: number;
}

/**
 * What is enough of what follows a text of so many ids, one of several texts of a prompt; undefined where
 * nothing but all logits is.
 */
export function lookOf(
  { sampling, seed, told, vocabulary, lowers }: Chooses,
  length: number,
  sequence: number,
): Look | undefined {
  const { logprobs, outputScores, outputLogits } = told;
  if (vocabulary < fewest || outputScores || outputLogits) return undefined;
  const tells = logprobs !== undefined;
  if (tells && logprobs > likeliest) return undefined;
  if (sampling.kind === "greedy") {
    // The largest may be lowered: then it is another one.
    return tells || lowers ? { kind: "likeliest", logSum: tells } : { kind: "largest" };
  }
  const { temperature, topK, topP, minP = 0, ...others } = sampling;
  const { topH, typicalP = 1, epsilonCutoff = 0, etaCutoff = 0, entmaxAlpha = 1 } = others;
  // These look at all probabilities.
  if (topH !== undefined || typicalP < 1 || epsilonCutoff > 0 || etaCutoff > 0 || entmaxAlpha > 1) {
    return undefined;
  }
  if (topK > 0 ? topK < likeliest : minP > 0 && topP === 1) {
    return { kind: "likeliest", logSum: tells };
  }
  if (!leavesAll(sampling) || tells) return undefined;
  return { kind: "drawn", temperature, seed, place: length - 1, sequence };
}
