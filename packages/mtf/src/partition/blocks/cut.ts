import { reach } from "./numbers.ts";

/**
 * Which blocks are left out of a model: those from `begin` up to `end`, as many as do not count. Each is
 * like the one `period` before it.
 */
export interface Cut {
  readonly begin: number;
  readonly end: number;
  readonly period: number;
}

/** Blocks at either end that may be like no other. */
const apart = reach + 1;

/** How many blocks are kept at least. */
const fewest = 14;

/** Blocks that take turns: no more than so many kinds. */
const mostPeriod = 4;

/**
 * The blocks to leave out of a model of so many. So many are kept that what all of them read has more
 * readers than one block's values have, and that those in the middle have their like around them. As
 * what is planned for a group of alike nodes is planned for that in its middle, as many are left out as
 * leave the middle where it was.
 */
export function cutOf(count: number, alike: (a: number, b: number) => boolean): Cut | undefined {
  for (let period = 1; period <= mostPeriod; period++) {
    const least = Math.max(fewest, 2 * apart + 4 * period);
    const left = Math.floor((count - least) / (2 * period)) * 2 * period;
    if (left < least) return undefined;
    const begin = (count - left) >> 1;
    if (turns(count, period, alike)) return { begin, end: begin + left, period };
  }
  return undefined;
}

/** Whether each block but those at the ends is like the one `period` before it. */
function turns(count: number, period: number, alike: (a: number, b: number) => boolean): boolean {
  for (let block = apart + period; block < count - apart; block++) {
    if (!alike(block - period, block)) return false;
  }
  return true;
}

/** Of fewer blocks none are left out. */
export const leastBlocks: number = 2 * fewest;

export function isLeftOut({ begin, end }: Cut, block: number): boolean {
  return block >= begin && block < end;
}

/** What a block's number is once the others are numbered without those left out. */
export function numberAfter({ begin, end }: Cut, block: number): number {
  return block < end ? block : block - (end - begin);
}

/** Whether a block is one of those before the cut that stand for what is left out. */
export function standsFor({ begin, period }: Cut, block: number): boolean {
  return block >= begin - period && block < begin;
}

/** The block before the cut that stands for one left out. */
export function likeOf({ begin, period }: Cut, block: number): number {
  return begin - period + ((block - begin) % period);
}
