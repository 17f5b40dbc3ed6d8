import type { HostArray } from "../../dtype.ts";
import type { Reduce } from "../../spmd/program.ts";

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

export function foldOf(fn: Reduce["fn"], dtype: string): Fold {
  return (sources, from, target, to, length) => {
    const first = sources[0]!;
    for (let i = 0; i < length; i++) target[to + i] = first[from + i]!;
    for (let s = 1; s < sources.length; s++) {
      const source = sources[s]!;
      if (fn === "max") takeLarger(source, from, target, to, length);
      else if (fn === "min") takeSmaller(source, from, target, to, length);
      else if (dtype === "bool") takeEither(source, from, target, to, length);
      else add(source, from, target, to, length);
    }
  };
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
