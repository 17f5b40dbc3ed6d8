import { placeOfLargest } from "./largest.ts";
import { type Filters, filtersOf, processed } from "./processors/index.ts";

/** How the next id is chosen from logits. */
export type Sampling = { readonly kind: "greedy" } | ({ readonly kind: "random" } & Filters);

/**
 * The next id. A random choice adds Gumbel noise and takes the largest (Gumbel, 1954), which draws
 * from the softmax of the logits; the lowest id wins among equals.
 *
 * @param uniform a number from 0 to 1 for each id; not looked at when greedy
 * @example
 * const sampling = { kind: "random", temperature: 0.8, topK: 40, topP: 1 } as const;
 * const id = nextId(scores, sampling, Float64Array.from(scores, Math.random));
 */
export function nextId(
  logits: ArrayLike<number>,
  sampling: Sampling,
  uniform: ArrayLike<number>,
): number {
  if (sampling.kind === "greedy") return placeOfLargest(logits);
  return placeOfLargest(perturbed(filterLogits(logits, sampling), uniform));
}

/**
 * Scores with Gumbel noise: the places of the largest are drawn from their softmax, one after the
 * other and none twice.
 *
 * @param uniform a number from 0 to 1 for each
 */
export function perturbed(
  scores: Float64Array,
  uniform: ArrayLike<number>,
): Float64Array<ArrayBuffer> {
  const noisy = new Float64Array(scores.length).fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < noisy.length; i++) {
    if (scores[i] === Number.NEGATIVE_INFINITY) continue;
    noisy[i] = scores[i]! + gumbel(uniform[i]!);
  }
  return noisy;
}

/** A number of Gumbel's distribution. */
export function gumbel(uniform: number): number {
  // Uniform numbers are multiples of 2^-24 that may be 0; between them are numbers that cannot.
  return -Math.log(-Math.log(uniform + 2 ** -25));
}

/**
 * Logits divided by the temperature, those that are not to be chosen -Infinity. In the order in which
 * Hugging Face's transformers applies them: temperature, `topH`, `topK`, `topP`, `minP`, `typicalP`,
 * `epsilonCutoff`, `etaCutoff`, then `entmaxAlpha`. Ids as likely as the last of the `topK` are kept with it.
 *
 * @param least how many ids are left at least, but by `topH`; default 1
 * @example
 * const kept = filterLogits(scores, { temperature: 0.8, topK: 40, topP: 1 });
 */
export function filterLogits(
  logits: ArrayLike<number>,
  filters: Filters,
  least = 1,
): Float64Array<ArrayBuffer> {
  const none = { ids: [], promptLength: 0 };
  return processed(filtersOf(filters, least), new Float64Array(logits), none);
}
