import type { Add } from "../../backend/backend.ts";
import { copyElements, neighbours } from "../../backend/slices/copy.ts";
import type { DType, HostArray } from "../../dtype.ts";
import type { Reduce } from "../../program/program.ts";

/** What is folded with others: the same elements of a row, some of which lie here. */
export interface Term {
  readonly numbers: HostArray;
  /** Where the row would begin among the numbers: before them, perhaps. */
  readonly begin: number;
}

/**
 * Folds `length` elements of each term, in the order of the terms and rounding after every step, into
 * `target`. The target lies apart from the terms.
 *
 * @param from the place in the row of the first of them
 */
export type Fold = (
  terms: readonly Term[],
  from: number,
  target: HostArray,
  to: number,
  length: number,
) => void;

/** @param add what adds to numbers of the target, where there is something */
export function foldOf(fn: Reduce["fn"], dtype: DType, add?: Add): Fold {
  const step = stepOf(fn, dtype, add);
  return (terms, from, target, to, length) => {
    for (let done = 0; done < length; done += block) {
      const n = Math.min(block, length - done);
      const at = from + done;
      copyElements(terms[0]!.numbers, terms[0]!.begin + at, target, to + done, n);
      for (let t = 1; t < terms.length; t++) {
        step(terms[t]!.numbers, terms[t]!.begin + at, target, to + done, n);
      }
    }
  };
}

/** So much of the target stays in the cache while one term after the other is folded into it. */
const block = 4096;

/** Fewer elements are added in a loop sooner than views of them are made. */
const few = 64;

/**
 * One step of a fold: the elements of one term.
 *
 * @param add adds sums of float32 and int32, to the same bits
 */
export function stepOf(fn: Reduce["fn"], dtype: DType, add?: Add): Step {
  if (fn === "max") return takeLarger;
  if (fn === "min") return takeSmaller;
  if (dtype === "bool") return takeEither;
  if (!add) return addUp;
  return (source, from, target, to, n) => {
    if (n < few) addUp(source, from, target, to, n);
    else add(neighbours(source, from, n), neighbours(target, to, n));
  };
}

type Step = (source: HostArray, from: number, target: HostArray, to: number, n: number) => void;

const addUp: Step = (source, from, target, to, n) => {
  for (let i = 0; i < n; i++) target[to + i]! += source[from + i]!;
};

const takeLarger: Step = (source, from, target, to, n) => {
  for (let i = 0; i < n; i++) target[to + i] = Math.max(target[to + i]!, source[from + i]!);
};

const takeSmaller: Step = (source, from, target, to, n) => {
  for (let i = 0; i < n; i++) target[to + i] = Math.min(target[to + i]!, source[from + i]!);
};

/** A sum of truths is whether any holds. */
const takeEither: Step = (source, from, target, to, n) => {
  for (let i = 0; i < n; i++) target[to + i]! |= source[from + i]!;
};
