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

/** What is asked of a value. */
export interface Demand {
  readonly track: Track;
  readonly to: Placement;
  /** Whether owed sums are only settled, as far as `to` asks, and the rest stays where it is. */
  readonly settles: boolean;
}

/** Adds what is asked of a value now. */
export function demand(track: Track, to: Placement, settles: boolean): Demand {
  const asked = { track, to, settles };
  track.demands.push(asked);
  return asked;
}

export function newTrack(shaped: Shaped, runs: number, start: readonly Placement[]): Track {
  return { shaped, runs, start, demands: [] };
}
