import type { Add, MaybePromise } from "../../../backend/backend.ts";
import type { HostArray } from "../../../dtype.ts";

/**
 * Carries numbers between devices, whichever processes host them. What one device sends to another
 * arrives in the order in which it was sent. Nobody sends nothing: there are no empty messages.
 */
export interface Messages {
  /** The devices of each process. */
  readonly processes: readonly (readonly number[])[];
  /** The place of this process among them. */
  readonly own: number;
  /**
   * Which host a device is on, where devices of one reach each other faster than those of two. Where there
   * is none, all are alike.
   */
  readonly hostOf?: ((device: number) => number) | undefined;
  /**
   * Sends numbers, which must stay as they are until `from` has received what it awaits next. Unless all
   * `depart` before, they may be under way from then on only.
   */
  send(from: number, to: number, numbers: HostArray): void;
  /** Has all be under way that has been sent: its sender goes on with something else. */
  depart?(): void;
  /**
   * Fills arrays with the next message of each device. What `to` has sent before may be written over
   * from then on.
   *
   * @throws Aborted if another process has ended
   */
  receive(to: number, awaited: readonly Awaited[]): MaybePromise<void>;
  /** Adds numbers of float64 as well, wherever they lie. Where there is none, a loop does. */
  readonly add?: Add | undefined;
  /**
   * Adds up numbers of some devices, of which `own` are this one's, in whatever order is fast. Where there
   * is none, devices add up by themselves, in their order.
   */
  readonly sum?: ((members: readonly number[]) => SumOf) | undefined;
}

/** Puts the sum of what all of some devices have into `sum`, which lies apart. */
export type SumOf = (own: Floats, sum: Floats) => void;

/** A float32 tensor's numbers, as a backend computes with them. */
export type Floats = Float32Array | Float64Array;

export interface Awaited {
  readonly from: number;
  readonly into: HostArray;
}
