import { placeOfLargest } from "./largest.ts";
import { gumbel } from "./sample.ts";

/** Noise of a uniform number next to 1, the largest there is; and a little more, for rounding. */
const mostNoise = gumbel(1 - 2 ** -24) + 0.01;

/**
 * The place of the largest of scores with Gumbel noise, of equal ones the first: what
 * `placeOfLargest(perturbed(scores, uniform))` is. Of most scores no noise is made: with the most that there
 * is, they are not the largest; or a glance at their uniform numbers tells.
 *
 * @param uniform the number from 0 to 1 of a place
 */
export function placeDrawn(scores: ArrayLike<number>, uniform: (place: number) => number): number {
  const first = placeOfLargest(scores);
  let best = first;
  let most = scores[first]! + gumbel(uniform(first));
  for (let place = 0; place < scores.length; place++) {
    const needed = most - scores[place]!;
    if (needed > mostNoise || place === first) continue;
    const number = uniform(place);
    if (isTooSmall(number, needed)) continue;
    const noisy = scores[place]! + gumbel(number);
    if (noisy < most || (noisy === most && place > best)) continue;
    [best, most] = [place, noisy];
  }
  return best;
}

/**
 * Whether noise is certainly below what is needed. It is above if -log(u) < exp(-needed); the first is at
 * least 1 - u, the second at most the inverse of a polynomial.
 */
function isTooSmall(uniform: number, needed: number): boolean {
  if (needed <= 0) return false;
  const least = 1 + needed * (1 + needed * (1 / 2 + needed / 6));
  return (1 - uniform - 2 ** -25) * least > 1 + 1e-9;
}
