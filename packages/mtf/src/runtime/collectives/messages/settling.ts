import type { DType } from "../../../dtype.ts";
import type { Device, Phase } from "../../execute/device.ts";
import type { Group } from "../groups.ts";
import type { Part } from "../row.ts";
import type { Messages } from "./messages.ts";
import type { Segment } from "./segments.ts";

/** Partial values that are settled together. */
export interface Settling {
  readonly row: readonly Part[];
  readonly dtype: DType;
  readonly device: Device;
  readonly group: Group;
  readonly messages: Messages;
}

/** Makes the phases of a segment ready: what has to be known of it is found out once. */
export type Settle = (segment: Segment) => readonly [send: Phase, ...Phase[]];
