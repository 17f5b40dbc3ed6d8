import { type Copy, eachRun } from "../../backend/slices/copy.ts";
import type { Part } from "./row.ts";

/** What a device keeps of a part, and where that begins among all that it keeps of a row. */
export interface Kept {
  readonly part: Part;
  readonly copy: Copy;
  readonly begin: number;
}

/** Neighbours that are kept: where they lie in a part, where they go, and how far in what was asked for. */
export interface KeptRun {
  readonly from: number;
  readonly to: number;
  readonly length: number;
  readonly at: number;
}

/** What a device keeps of a row, one part after the other. */
export function keptRow(row: readonly Part[], device: number): readonly Kept[] {
  let begin = 0;
  return row.map((part): Kept => {
    const copy = part.kept(device);
    const kept = { part, copy, begin };
    begin += copy.elements;
    return kept;
  });
}

export function lengthOfKept(kept: readonly Kept[]): number {
  const { begin, copy } = kept.at(-1)!;
  return begin + copy.elements;
}

/** Calls `visit` for every run of neighbours between two places among what is kept. */
export function eachKept(
  kept: readonly Kept[],
  begin: number,
  end: number,
  visit: (part: Part, run: KeptRun) => void,
): void {
  for (const { part, copy, begin: first } of kept) {
    const from = Math.max(begin - first, 0);
    const to = Math.min(end - first, copy.elements);
    if (from >= to) continue;
    // What is kept is in the order in which it is read, without gaps where it goes.
    eachRun(copy, placeOf(copy, from), placeOf(copy, to - 1) + 1, (at, into, length) => {
      visit(part, { from: at, to: into, length, at: into + first - begin });
    });
  }
}

/** Where the element of a copy lies that comes after so many others. */
function placeOf({ run, counts, from, fromSteps }: Copy, before: number): number {
  let place = from + (before % run);
  let runs = Math.floor(before / run);
  for (let d = counts.length - 1; d >= 0; d--) {
    place += (runs % counts[d]!) * fromSteps[d]!;
    runs = Math.floor(runs / counts[d]!);
  }
  return place;
}
