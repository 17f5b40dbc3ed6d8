import { copyElements } from "../../backend/slices/copy.ts";
import type { DType, HostArray } from "../../dtype.ts";
import type { Reduce } from "../../program/program.ts";

/**
 * Folds `length` elements of each source, in the order of the sources and rounding after every
 * step, into `target`. The target lies apart from the sources.
 */
export type Fold = (
  sources: readonly HostArray[],
  from: number,
  target: HostArray,
  to: number,
  length: number,
) => void;

export function foldOf(fn: Reduce["fn"], dtype: DType): Fold {
  const step = stepOf(fn, dtype);
  return (sources, from, target, to, length) => {
    for (let done = 0; done < length; done += block) {
      const n = Math.min(block, length - done);
      copyElements(sources[0]!, from + done, target, to + done, n);
      for (let s = 1; s < sources.length; s++) step(sources[s]!, from + done, target, to + done, n);
    }
  };
}

/** So much of the target stays in the cache while one source after the other is folded into it. */
const block = 4096;

/** One step of a fold: the elements of one source. */
export function stepOf(fn: Reduce["fn"], dtype: DType): Step {
  if (fn === "max") return takeLarger;
  if (fn === "min") return takeSmaller;
  return dtype === "bool" ? takeEither : add;
}

type Step = (source: HostArray, from: number, target: HostArray, to: number, n: number) => void;

const add: Step = (source, from, target, to, n) => {
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
