import type { HostArray } from "../../../dtype.ts";
import { type Copy, copyElements, eachRun } from "../copy.ts";
import { roomLike } from "../row.ts";

/** Runs of neighbours in one array, and where they go in another. */
export interface Runs {
  /** Where each begins in the one, where in the other, and how long it is. */
  readonly list: readonly (readonly [from: number, to: number, length: number])[];
  readonly elements: number;
}

/** The runs of some copies from one array to one other, of what is read from `begin` on and before `end`. */
export function runsWithin(copies: readonly Copy[], begin: number, end: number): Runs {
  const list: [number, number, number][] = [];
  let elements = 0;
  for (const copy of copies) {
    eachRun(copy, begin, end, (from, to, length) => {
      list.push([from, to, length]);
      elements += length;
    });
  }
  return { list, elements };
}

/** What runs read, in a row: the array itself where they lie so, unless it is to be a copy. */
export function pack({ list, elements }: Runs, source: HostArray, copied: boolean): HostArray {
  const [first] = list;
  if (list.length === 1 && !copied) return source.subarray(first![0], first![0] + elements);
  const packed = roomLike(source, elements);
  let at = 0;
  for (const [from, , length] of list) {
    copyElements(source, from, packed, at, length);
    at += length;
  }
  return packed;
}

/** Where to put what runs write, in a row: the array itself where they lie so. */
export function landing({ list, elements }: Runs, target: HostArray): HostArray {
  const [first] = list;
  if (list.length === 1) return target.subarray(first![1], first![1] + elements);
  return roomLike(target, elements);
}

/** Writes what lies in a row, unless it lies where it belongs. */
export function unpack({ list }: Runs, packed: HostArray, target: HostArray): void {
  if (list.length === 1) return;
  let at = 0;
  for (const [, to, length] of list) {
    copyElements(packed, at, target, to, length);
    at += length;
  }
}
