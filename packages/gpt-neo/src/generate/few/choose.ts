import { kthLargest, placeOfLargest } from "../largest.ts";
import { noiseOf } from "../noise.ts";
import { placeDrawn } from "../place-drawn.ts";
import {
  type Changes,
  type Context,
  type Processor,
  processed,
  type Scores,
} from "../processors/index.ts";
import { perturbed, type Sampling } from "../sample.ts";
import type { Few } from "./look.ts";
import { lowered } from "./lowered.ts";

type Random = Extract<Sampling, { readonly kind: "random" }>;

/** How the likeliest id is found among few. */
export interface Lowering {
  /** What lowers scores, one after the other, before anything else is made of them. */
  readonly lowers: readonly Changes[];
}

/** How an id is drawn, and what leaves some ids to draw from. */
export interface Drawing extends Lowering {
  readonly sampling: Random;
  readonly filters: readonly Processor[];
  readonly seed: number;
}

/** The place, among few, of the likeliest id of all; undefined where that is not sure. */
export function likeliestAmong(
  few: Few,
  { lowers }: Lowering,
  context: Context,
): number | undefined {
  const scores = lowered(few, lowers, context);
  const place = placeOfLargest(scores);
  // Of ids that are not told none has a larger logit than these, and what lowers scores leaves it so.
  return lowers.length === 0 || scores[place]! > leastOf(few.logits) ? place : undefined;
}

/**
 * The place, among few, of the id that is drawn for a text, one of several texts of a prompt: the one that
 * would be drawn among all. Undefined where that is not sure.
 */
export function drawnAmong(
  few: Few,
  { sampling, filters, seed, lowers }: Drawing,
  context: Context,
  sequence: number,
): number | undefined {
  const uniformOf = noiseOf(seed, context.ids.length - 1, sequence);
  const uniform = (place: number): number => uniformOf(few.ids[place]!);
  const own = lowered(few, lowers, context);
  const scores = processed(filters, own, context);
  if (!leavesAll(sampling)) {
    return isFiltered(few, own, scores, sampling) ? placeDrawn(scores, uniform) : undefined;
  }
  const noise = Float64Array.from(few.ids, (_, place) => uniform(place));
  const before = processed(filters, new Float64Array(few.logits), context);
  return clearPlace(perturbed(scores, noise), leastOf(perturbed(before, noise)));
}

/** Whether any id may be drawn. */
export function leavesAll({ topK, topP, minP = 0 }: Random): boolean {
  return topK === 0 && topP === 1 && minP === 0;
}

/**
 * The place of the largest of scores with noise, where those of no other ids are larger. Devices compute
 * them in float32 and found none of the others larger than the least of these before they were lowered.
 */
function clearPlace(noisy: Scores, least: number): number | undefined {
  const best = placeOfLargest(noisy);
  const most = noisy[best]!;
  const rounding = 1e-3 + 2 ** -20 * Math.max(Math.abs(most), Math.abs(least));
  return most > least + rounding ? best : undefined;
}

/**
 * Whether filters leave of the few what they leave of all: not one that nothing has lowered, and so none of
 * those that are not told, which are no larger.
 */
function isFiltered({ logits }: Few, own: Scores, scores: Scores, { topK }: Random): boolean {
  if (topK > 0) return leastOf(logits) < kthLargest(own, topK);
  return scores.some(
    (score, place) => score === Number.NEGATIVE_INFINITY && own[place] === logits[place],
  );
}

function leastOf(numbers: Float32Array | Scores): number {
  let least = Number.POSITIVE_INFINITY;
  for (const x of numbers) least = Math.min(least, x);
  return least;
}
