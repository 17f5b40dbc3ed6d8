import type { MaybePromise } from "../../backend/backend.ts";
import { type Copy, copyOfFirst } from "../../backend/slices/copy.ts";
import type { HostArray } from "../../dtype.ts";
import { volume } from "../../program/placement.ts";
import type { Reduce } from "../../program/program.ts";
import { type Frame, sliceOf } from "../execute/device.ts";
import { type Access, accessTo } from "./access.ts";
import { keptOf } from "./kept.ts";

/** One of several values that are settled as if they were one, with its elements in a row. */
export interface Part {
  readonly host: Access;
  /** Where it begins in the row, and where it ends. */
  readonly begin: number;
  readonly end: number;
  /** What a device keeps of it. */
  readonly kept: (device: number) => Copy;
}

/** What reductions settle on a device, one value after the other. */
export function rowOf(reduces: readonly Reduce[], frame: Frame): readonly Part[] {
  const { device, values } = frame;
  let at = 0;
  return reduces.map((reduce): Part => {
    const begin = at;
    at += volume(sliceOf(values[reduce.operand]!, device).box);
    return {
      host: accessTo(frame, [reduce.operand], reduce.result),
      begin,
      end: at,
      kept: (number) => keptOf(reduce, values, device.mesh, number),
    };
  });
}

/** All elements of a part, as they lie. */
export function wholeOf({ begin, end }: Part): Copy {
  return copyOfFirst(end - begin);
}

/** How many elements there are in a row. */
export function lengthOf(row: readonly Part[]): number {
  return row.at(-1)!.end;
}

/** Makes all results, and all operands readable. */
export function openAll(row: readonly Part[]): MaybePromise<void> {
  const pending = row.map(({ host }) => host.open(undefined)).filter((p) => p instanceof Promise);
  return pending.length > 0 ? Promise.all(pending).then(() => undefined) : undefined;
}

export function closeAll(row: readonly Part[]): void {
  for (const { host } of row) host.close();
}

/**
 * Calls `visit` for every part of a row between two places in it, with the part's elements from
 * `from` on that lie there, and how far from `begin` they do.
 */
export function eachPart(
  row: readonly Part[],
  begin: number,
  end: number,
  visit: (part: Part, from: number, length: number, at: number) => void,
): void {
  for (const part of row) {
    const first = Math.max(begin, part.begin);
    const length = Math.min(end, part.end) - first;
    if (length > 0) visit(part, first - part.begin, length, first - begin);
  }
}

/** An array for as many elements, of the type of another. */
export function roomLike(array: HostArray, elements: number): HostArray {
  return new (array.constructor as new (length: number) => HostArray)(elements);
}
