import { kthLargest, placeOfLargest } from "../largest.ts";
import { noiseOf } from "../noise.ts";
import { placeDrawn } from "../place-drawn.ts";
import { type Processor, processed, type Scores } from "../processors/index.ts";
import { perturbed, type Sampling } from "../sample.ts";
import type { Few } from "./look.ts";

type Random = Extract<Sampling, { readonly kind: "random" }>;

/** How an id is drawn, and what leaves some ids to draw from. */
export interface Drawing {
  readonly sampling: Random;
  readonly filters: readonly Processor[];
  readonly seed: number;
}

/**
 * The place, among few, of the id that is drawn for a text of so many ids, one of several texts of a
 * prompt: the one that would be drawn among all. Undefined where that is not sure.
 */
export function drawnAmong(
  few: Few,
  { sampling, filters, seed }: Drawing,
  length: number,
  sequence: number,
): number | undefined {
  const uniformOf = noiseOf(seed, length - 1, sequence);
  const uniform = (place: number): number => uniformOf(few.ids[place]!);
  const scores = processed(filters, new Float64Array(few.logits), { ids: [], promptLength: 0 });
  if (leavesAll(sampling)) {
    return clearPlace(
      perturbed(
        scores,
        Float64Array.from(few.ids, (_, place) => uniform(place)),
      ),
    );
  }
  return isFiltered(few, scores, sampling) ? placeDrawn(scores, uniform) : undefined;
}

/** Whether any id may be drawn. */
export function leavesAll({ topK, topP, minP = 0 }: Random): boolean {
  return topK === 0 && topP === 1 && minP === 0;
}

/**
 * The place of the largest of scores with noise, where those of no other ids are larger. Devices compute
 * them in float32 and found none of the others larger than the least of these.
 */
function clearPlace(noisy: Scores): number | undefined {
  const best = placeOfLargest(noisy);
  const [most, least] = [noisy[best]!, noisy.reduce((a, b) => Math.min(a, b))];
  const rounding = 1e-3 + 2 ** -20 * Math.max(Math.abs(most), Math.abs(least));
  return most > least + rounding ? best : undefined;
}

/** Whether filters leave of the few what they leave of all: not the least, and so none that is no larger. */
function isFiltered({ logits }: Few, scores: Scores, { topK }: Random): boolean {
  const least = logits.reduce((a, b) => Math.min(a, b));
  if (topK > 0) return least < kthLargest(logits, topK);
  return scores[logits.indexOf(least)] === Number.NEGATIVE_INFINITY;
}
