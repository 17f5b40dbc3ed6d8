import { placeOfLargest } from "../largest.ts";
import { keepLargest } from "./keep.ts";
import type { Processor, Scores } from "./processor.ts";

/** How far below the largest the likeliest ids may be looked for: sorting all takes longer. */
const depths = [2, 4, 8, 16];

/** Keeps the fewest likeliest ids that together have the probability `share`; at least `least`. */
export function topP(share: number, least: number): Processor {
  return (scores) => {
    const most = scores[placeOfLargest(scores)]!;
    let total = 0;
    const within = depths.map(() => 0);
    for (const x of scores) {
      const mass = Math.exp(x - most);
      total += mass;
      for (let i = depths.length - 1; i >= 0 && most - x <= depths[i]!; i--) within[i]! += mass;
    }
    const enough = depths.find((_, i) => within[i]! >= share * total);
    const count =
      (enough !== undefined && countIn(sortedFrom(scores, most - enough))) ||
      countIn(scores.slice().sort()) ||
      scores.length;
    return keepLargest(scores, count);

    /** How many of the likeliest are kept; undefined where more are than are given. */
    function countIn(likeliest: Scores): number | undefined {
      let [count, before] = [0, 0];
      while (count < least || before < share) {
        if (count === likeliest.length) return undefined;
        count++;
        before += Math.exp(likeliest[likeliest.length - count]! - most) / total;
      }
      return count;
    }
  };
}

/** Those that are no less than a bound, in ascending order. */
function sortedFrom(scores: Scores, bound: number): Scores {
  const large = new Float64Array(scores.length);
  let count = 0;
  for (const x of scores) if (x >= bound) large[count++] = x;
  return large.slice(0, count).sort();
}
