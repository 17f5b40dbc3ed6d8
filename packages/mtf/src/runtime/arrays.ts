import type { Dimension } from "../dimension.ts";
import type { DType } from "../dtype.ts";
import { type Evidence, MtfError, sentenceOf } from "../errors.ts";
import type { Placement } from "../program/placement.ts";
import type { Value } from "../program/program.ts";
import type { Rest } from "../rest/rest.ts";
import type { Fleet } from "./fleet.ts";
import type { ArrayId } from "./protocol.ts";
import { printArray } from "./shown.ts";

/** What the caller's side knows of an array that the devices hold, or will. */
export interface ArrayState {
  readonly id: ArrayId;
  readonly fleet: Fleet;
  /** What it is, as whoever made it has it: the same object for all that a program makes in one place. */
  readonly value: Value;
  readonly dims: readonly Dimension[];
  readonly dtype: DType;
  readonly rest?: Rest | undefined;
  readonly placement: Placement;
  /** The caller has no more use for it, and said so in this way. */
  disposed: "dispose" | "number" | undefined;
  /** A run has it for good, or waits to have it. */
  givenUp: boolean;
  /** Runs that take it and have not been sent yet. */
  waiting: number;
  /** The call that it was given to last, by a number that each call has for itself. */
  call: number;
  /** The run that makes it or took it last, and why that failed. */
  run: Promise<unknown> | undefined;
  poison: MtfError | undefined;
}

/** Why an array cannot be used any more, and what to use. */
export interface Gone {
  readonly why: string;
  readonly instead: string;
}

/** Undefined unless an array's handle is not good for anything. */
export function whyGone({ disposed, givenUp }: ArrayState): Gone | undefined {
  if (disposed === "number") {
    return { why: "number() freed it", instead: "call number() once, and keep what it gives" };
  }
  if (disposed) {
    return { why: "it was disposed of", instead: "dispose of it after its last use" };
  }
  if (!givenUp) return undefined;
  return { why: "it was given up to a run", instead: "what the last run gave in its place" };
}

/**
 * @param path what errors call the array, if it stands somewhere
 * @throws MtfError if the array is gone or was never made
 */
export function checkUsable(array: ArrayState, path?: string): void {
  const { poison, fleet } = array;
  if (fleet.failure?.code === "closed") throw fleet.failure;
  if (poison) throw poisoned(poison);
  const gone = whyGone(array);
  if (!gone) return;
  const evidence: Evidence = ["array", printArray(array)];
  const what = path === undefined ? "the array" : `'${path}'`;
  throw new MtfError("bad-argument", `${what} is gone: ${gone.why}.`, {
    ...(path !== undefined && { path }),
    evidence: [evidence],
    try: [gone.instead],
  });
}

/** What is asked for is not to be had; what its user wants to know is why. */
export function poisoned(cause: MtfError): MtfError {
  const sentence = `the run that makes or takes this array failed: ${sentenceOf(cause)}`;
  return new MtfError("poisoned", sentence, {
    evidence: cause.details.evidence ?? [],
    ...(cause.details.try !== undefined && { try: cause.details.try }),
    cause,
  });
}

const dropped = new FinalizationRegistry<ArrayState>((array) => discard(array));

/** Frees an array when nobody has its handle any more. */
export function freeWith(handle: object, array: ArrayState): void {
  dropped.register(handle, array, array);
}

/** Frees an array, once no run waits to take it. */
export function discard(array: ArrayState, by: "dispose" | "number" = "dispose"): void {
  if (array.disposed) return;
  array.disposed = by;
  forgetHandle(array);
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
  if (array.givenUp) forgetHandle(array);
  freeUnwanted(array);
}

/** Its handle frees nothing any more. While it is waited for, garbage is collected the long way. */
function forgetHandle(array: ArrayState): void {
  dropped.unregister(array);
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
