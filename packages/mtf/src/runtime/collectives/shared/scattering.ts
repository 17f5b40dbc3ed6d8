import type { DType } from "../../../dtype.ts";
import type { Device } from "../../execute/device.ts";
import type { Fold } from "../fold.ts";
import type { Part } from "../row.ts";
import type { Staging } from "./staging.ts";

/** A reduce-scatter on a device. */
export interface Scattering {
  readonly row: readonly Part[];
  readonly device: Device;
  readonly dtype: DType;
  readonly staging: Staging;
  readonly fold: Fold;
}
