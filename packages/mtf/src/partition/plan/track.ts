import type { Placement } from "../../program/placement.ts";
import type { Shaped } from "../../program/transfer.ts";

/** Where a value is made and under which placements it is asked for, in order: what moves it. */
export interface Track {
  readonly shaped: Shaped;
  /** How often it is made in a run: rounds count. */
  readonly runs: number;
  /** The placements that it has without a move; sums may be owed in the first. */
  readonly start: readonly Placement[];
  readonly demands: Demand[];
}

export interface Demand {
  readonly to: Placement;
  /** Whether owed sums are only settled, as far as `to` asks, and the rest stays where it is. */
  readonly settles: boolean;
}

export function newTrack(shaped: Shaped, runs: number, start: readonly Placement[]): Track {
  return { shaped, runs, start, demands: [] };
}
