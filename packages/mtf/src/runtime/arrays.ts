import type { Dimension } from "../dimension.ts";
import type { DType } from "../dtype.ts";
import { MtfError } from "../errors.ts";
import type { Placement } from "../program/placement.ts";
import type { Fleet } from "./fleet.ts";
import type { ArrayId } from "./protocol.ts";

/** What the caller's side knows of an array that the devices hold, or will. */
export interface ArrayState {
  readonly id: ArrayId;
  readonly fleet: Fleet;
  readonly dims: readonly Dimension[];
  readonly dtype: DType;
  readonly placement: Placement;
  /** The caller has no more use for it. */
  disposed: boolean;
  /** A run has it for good, or waits to have it. */
  givenUp: boolean;
  /** Runs that take it and have not been sent yet. */
  waiting: number;
  /** The run that makes it or took it last, and why that failed. */
  run: Promise<unknown> | undefined;
  poison: MtfError | undefined;
}

/** Why an array cannot be used any more, if its handle is not good for anything. */
export function whyGone({ disposed, givenUp }: ArrayState): string | undefined {
  if (disposed) return "it was disposed of";
  return givenUp ? "it was given up to a run" : undefined;
}

/** @throws MtfError if the array is gone or was never made */
export function checkUsable(array: ArrayState): void {
  const { poison, fleet } = array;
  if (fleet.failure?.code === "closed") throw fleet.failure;
  if (poison) throw poisoned(poison);
  const why = whyGone(array);
  if (why !== undefined) throw new MtfError("bad-argument", `the array is gone: ${why}.`);
}

export function poisoned(cause: MtfError): MtfError {
  const because = cause.message.split("\n")[0]!.replace(/^\[.*?\] /, "");
  return new MtfError("poisoned", "the run that makes or takes this array failed.", {
    evidence: [["because", because], ...(cause.details.evidence ?? [])],
    cause,
  });
}

/** Frees an array, once no run waits to take it. */
export function discard(array: ArrayState): void {
  if (array.disposed) return;
  array.disposed = true;
  freeUnwanted(array);
}

/** Sets an array aside for a run that has to wait. */
export function reserve(array: ArrayState, donated: boolean): void {
  array.waiting++;
  if (donated) array.givenUp = true;
}

/** The run that it was reserved for has been sent. */
export function taken(array: ArrayState): void {
  array.waiting--;
  freeUnwanted(array);
}

/** The run that it was reserved for will not be. */
export function giveBack(array: ArrayState, donated: boolean): void {
  array.waiting--;
  if (donated) array.givenUp = false;
  freeUnwanted(array);
}

function freeUnwanted({ disposed, givenUp, waiting, fleet, id }: ArrayState): void {
  if (disposed && !givenUp && waiting === 0) free(fleet, [id]);
}

/** Has the devices free arrays. Devices that have ended have freed them with everything else. */
export function free(fleet: Fleet, arrays: readonly ArrayId[]): void {
  fleet.ask<"dispose">(() => ({ kind: "dispose", arrays })).catch(() => undefined);
}
