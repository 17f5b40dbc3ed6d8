import { type Placement, samePlacement } from "../program/placement.ts";
import type { Origin } from "../program/program.ts";
import { transferBytes } from "../program/transfer.ts";
import { type Builder, move, settle } from "./builder.ts";
import { demand, newTrack, type Track } from "./plan/track.ts";

/** A value in the placements it has been brought to so far. */
export interface Versions {
  /** Where it was made, or where it was settled. */
  home: number;
  readonly origin: Origin;
  /** Under each placement that it has been brought to: few enough to look through. */
  readonly all: number[];
  /** What has been asked for so far. */
  readonly track: Track;
}

export function newVersions(builder: Builder, home: number, origin: Origin): Versions {
  const value = builder.values[home]!;
  const track = newTrack(value, builder.runs, [value.placement]);
  return { home, origin, all: [home], track };
}

/**
 * The value under a placement: as it lies, settled where a sum is owed, moved from the nearest
 * version there is. Sums are settled for good: who asks later starts from there.
 */
export function bring(builder: Builder, versions: Versions, to: Placement, origin: Origin): number {
  demand(versions.track, to, false);
  return brought(builder, versions, to, origin);
}

function brought(builder: Builder, versions: Versions, to: Placement, origin: Origin): number {
  for (const id of versions.all) if (samePlacement(builder.values[id]!.placement, to)) return id;
  const home = builder.values[versions.home]!;
  if (owesMore(home.placement, to)) {
    settleIn(builder, versions, to);
    return brought(builder, versions, to, origin);
  }
  let nearest = versions.home;
  let fewest = Number.POSITIVE_INFINITY;
  for (const version of versions.all) {
    const { placement } = builder.values[version]!;
    const bytes = transferBytes(home, placement, to, builder.mesh);
    if (bytes < fewest) [nearest, fewest] = [version, bytes];
  }
  const moved = move(builder, nearest, to, origin);
  versions.all.push(moved);
  return moved;
}

/** Says that a value is read where it lies, whatever it costs to have it there. */
export function readWhereItLies(builder: Builder, versions: Versions): void {
  const { placement } = builder.values[versions.home]!;
  demand(versions.track, placement, false);
}

/** Settles what is owed, as far as `to` asks; what nothing is owed on stays as it is. */
export function settleHome(builder: Builder, versions: Versions, to: Placement): void {
  // Where nothing is owed now, something may be by another plan.
  demand(versions.track, to, true);
  if (owesMore(builder.values[versions.home]!.placement, to)) settleIn(builder, versions, to);
}

/** Whether sums are owed that are not to be. */
function owesMore({ partial }: Placement, to: Placement): boolean {
  return partial.length > 0 && partial.some((axis) => !to.partial.includes(axis));
}

/** For good: no version of before is left. */
function settleIn(builder: Builder, versions: Versions, to: Placement): void {
  versions.home = settle(builder, versions.home, to, versions.origin);
  versions.all.splice(0, versions.all.length, versions.home);
}
