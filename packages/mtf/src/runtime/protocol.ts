import type { HostArray } from "../dtype.ts";
import type { Box } from "../program/placement.ts";
import type { Program, Value } from "../program/program.ts";
import type { DeviceUsage } from "./devices.ts";
import type { ReadAs } from "./readResting.ts";
import type { FilePart } from "./sources/file.ts";

/** Names an array held by devices. Chosen before it is made, so that it can be spoken of at once. */
export type ArrayId = number;

/** A device's part of an array that is put into memory. */
export type Part = HostArray | FilePart;

/**
 * What becomes an input of a run: an array held by the devices, or numbers for each of them. There are
 * hundreds of the former, which pass from thread to thread as numbers ten times as fast as in objects.
 */
export type Feed = ArrayId | { readonly parts: readonly HostArray[] };

/**
 * What the caller's side asks of a host of devices. All hosts of a mesh get the same requests in
 * the same order, but for `read`, and for parts, which are those of the host's own devices.
 */
export type Request =
  | {
      readonly kind: "load";
      readonly program: number;
      readonly code: Program;
    }
  | { readonly kind: "unload"; readonly program: number }
  /** What is to be put into memory next, so that room for all of it is made at once. */
  | { readonly kind: "expect"; readonly values: readonly Value[] }
  | {
      readonly kind: "put";
      readonly array: ArrayId;
      readonly value: Value;
      readonly parts: readonly Part[];
    }
  | {
      readonly kind: "run";
      readonly program: number;
      readonly inputs: readonly Feed[];
      readonly outputs: readonly ArrayId[];
    }
  | {
      readonly kind: "read";
      readonly array: ArrayId;
      /** What it is, and how it is wanted if it rests narrow. */
      readonly value: Value;
      readonly as: ReadAs;
      readonly device: number;
      /** Who gets the numbers: all processes, which ask alike, or the one alone that hosts the device. */
      readonly by: "all" | "holder";
      /** Which part of the device's slice, in its own coordinates. */
      readonly box: Box;
    }
  | {
      /** How often the bodies ran whose number of runs only a run can tell, in the last run. */
      readonly kind: "rounds";
      readonly program: number;
    }
  | { readonly kind: "dispose"; readonly arrays: readonly ArrayId[] }
  | { readonly kind: "usage"; readonly devices: readonly number[] }
  | {
      /** Takes down from now on what devices do, or gives what was taken down and ends that. */
      readonly kind: "profile";
      readonly ask: "begin" | "end";
      readonly devices: readonly number[];
    }
  /** What this process has to tell the others. */
  | { readonly kind: "gather"; readonly text: string };

export interface Answers {
  readonly load: undefined;
  readonly unload: undefined;
  readonly expect: undefined;
  readonly put: undefined;
  readonly run: undefined;
  readonly read: HostArray;
  readonly rounds: readonly number[];
  readonly dispose: undefined;
  /** One entry for each device that was asked about. */
  readonly usage: readonly DeviceUsage[];
  /** The events of each device that was asked about, where they end. */
  readonly profile: readonly Float64Array[];
  /** What the process of each device has told. */
  readonly gather: readonly string[];
}

export type RequestOf<K extends Request["kind"]> = Extract<Request, { kind: K }>;
