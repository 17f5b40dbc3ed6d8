import { elements } from "../../dimension.ts";
import type { HostArray } from "../../dtype.ts";
import type { Box } from "../../program/placement.ts";

/**
 * A box of elements to copy from one row-major array to another, as runs of neighbours: `run`
 * elements at a time, repeated `counts` times along each remaining dim, outermost first.
 */
export interface Copy {
  readonly run: number;
  readonly counts: readonly number[];
  /** Where the first run begins in the array it is read from, and the steps to the next ones. */
  readonly from: number;
  readonly fromSteps: readonly number[];
  /** The same in the array it is written to. */
  readonly to: number;
  readonly toSteps: readonly number[];
  /** How many elements it copies in all. */
  readonly elements: number;
  /** One beyond the last element it reads. */
  readonly fromEnd: number;
}

/** What to copy along one dim. */
export interface CopyDim {
  readonly size: number;
  readonly from: { readonly begin: number; readonly step: number };
  readonly to: { readonly begin: number; readonly step: number };
}

/** Elements between neighbours along each dim of a row-major array. */
export function stepsOf(box: Box): readonly number[] {
  const steps: number[] = [];
  let step = 1;
  for (let d = box.length - 1; d >= 0; d--) {
    steps[d] = step;
    step *= box[d]!.size;
  }
  return steps;
}

/** A copy by its dims, in the order of the array that is read. */
export function copyOf(dims: readonly CopyDim[]): Copy {
  const from = dims.reduce((at, d) => at + d.from.begin * d.from.step, 0);
  const to = dims.reduce((at, d) => at + d.to.begin * d.to.step, 0);
  const count = elements(dims);
  const loops: { size: number; from: number; to: number }[] = [];
  let run = 1;
  for (const d of [...dims].reverse()) {
    const inner = loops[0];
    const joined = inner ?? { size: run, from: 1, to: 1 };
    if (d.size === 1) continue;
    if (d.from.step === joined.size * joined.from && d.to.step === joined.size * joined.to) {
      if (inner) inner.size *= d.size;
      else run *= d.size;
    } else {
      loops.unshift({ size: d.size, from: d.from.step, to: d.to.step });
    }
  }
  const last = loops.reduce((at, loop) => at + (loop.size - 1) * loop.from, from);
  return {
    run,
    counts: loops.map((loop) => loop.size),
    from,
    fromSteps: loops.map((loop) => loop.from),
    to,
    toSteps: loops.map((loop) => loop.to),
    elements: count,
    fromEnd: count === 0 ? from : last + run,
  };
}

/** A copy of so many neighbours, from the beginning to the beginning. */
export function copyOfFirst(elements: number): Copy {
  const at = { begin: 0, step: 1 };
  return copyOf([{ size: elements, from: at, to: at }]);
}

/**
 * Calls `visit` for every run of a copy, cut to the elements that are read from `begin` on and
 * before `end`.
 */
export function eachRun(
  copy: Copy,
  begin: number,
  end: number,
  visit: (from: number, to: number, length: number) => void,
): void {
  if (copy.elements === 0 || begin >= copy.fromEnd || end <= copy.from) return;
  const { run, counts, fromSteps, toSteps } = copy;
  const index: number[] = [];
  let { from, to } = copy;
  // The last run that begins at or before `begin`: runs are in the order in which they are read.
  for (let d = 0; d < counts.length; d++) {
    const steps = Math.min(Math.floor((begin - from) / fromSteps[d]!), counts[d]! - 1);
    index[d] = Math.max(0, steps);
    from += index[d]! * fromSteps[d]!;
    to += index[d]! * toSteps[d]!;
  }
  while (from < end) {
    const skip = Math.max(0, begin - from);
    const length = Math.min(run, end - from) - skip;
    if (length > 0) visit(from + skip, to + skip, length);
    let d = counts.length - 1;
    for (; d >= 0; d--) {
      from += fromSteps[d]!;
      to += toSteps[d]!;
      if (++index[d]! < counts[d]!) break;
      from -= counts[d]! * fromSteps[d]!;
      to -= counts[d]! * toSteps[d]!;
      index[d] = 0;
    }
    if (d < 0) return;
  }
}

/** Below this many elements, a loop is faster than making a view. */
const short = 24;

/** Some neighbours of an array: itself, where that is all, since a view takes longer than a small message. */
export function neighbours(array: HostArray, from: number, length: number): HostArray {
  return length === array.length ? array : array.subarray(from, from + length);
}

/** Copies neighbours from one array to another. */
export function copyElements(
  source: HostArray,
  from: number,
  target: HostArray,
  to: number,
  length: number,
): void {
  if (length < short) for (let i = 0; i < length; i++) target[to + i] = source[from + i]!;
  else target.set(neighbours(source, from, length), to);
}
