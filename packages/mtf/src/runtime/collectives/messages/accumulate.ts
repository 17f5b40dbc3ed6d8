import { neighbours } from "../../../backend/slices/copy.ts";
import type { DType, HostArray } from "../../../dtype.ts";
import type { Reduce } from "../../../program/program.ts";
import { stepOf } from "../fold.ts";
import type { Messages } from "./messages.ts";

/** Folds what arrays have into a total, one array after the other, rounding after every step. */
export type Accumulate = (total: HostArray, terms: readonly HostArray[]) => void;

/** Folds as messages do, where they can, or in a loop: the bits are the same. */
export function accumulating(fn: Reduce["fn"], dtype: DType, { add }: Messages): Accumulate {
  if (add && fn === "sum" && dtype !== "bool") {
    return inBlocks((total, term, begin, end) => {
      const length = end - begin;
      add(neighbours(term, begin, length), neighbours(total, begin, length));
    });
  }
  const step = stepOf(fn, dtype);
  return inBlocks((total, term, begin, end) => step(term, begin, total, begin, end - begin));
}

/** So much of a total stays in the cache while one term after the other is folded into it. */
const block = 1 << 14;

type Fold = (total: HostArray, term: HostArray, begin: number, end: number) => void;

function inBlocks(fold: Fold): Accumulate {
  return (total, terms) => {
    const { length } = total;
    const step = terms.length === 1 ? length : block;
    for (let begin = 0; begin < length; begin += step) {
      const end = Math.min(length, begin + step);
      for (const term of terms) fold(total, term, begin, end);
    }
  };
}
