import type { MaybePromise } from "../../backend/backend.ts";
import type { HostArray } from "../../dtype.ts";
import type { Move, Reduce } from "../../program/program.ts";
import type { Device, Frame, Phase } from "../execute/device.ts";
import type { Moving } from "./moving.ts";

/**
 * How numbers get from one device to another: all that the executor knows of other devices. Whoever
 * has another way, such as a library or a GPU's own memory, gives another of these.
 *
 * The first phase of a collective waits for no other device. Where it is apart from the others, much may
 * be computed in between, by which the backend's memory may come to lie elsewhere; the operands stay as
 * they are, and no other collective is done meanwhile.
 */
export interface Collectives {
  /**
   * Makes reductions of one kind along the same axes ready on a device, to be done as one. Every
   * element is folded in ascending order of devices, with rounding after every step, so that all ways
   * give the same bits.
   *
   * @param apart whether the device computes between the first phase and the others
   */
  reduce(reduces: readonly Reduce[], frame: Frame, apart: boolean): readonly Phase[];
  /** Makes a move of arrays of numbers ready on a device, in one piece or apart. */
  move(move: Move, moving: Moving, apart: boolean): readonly Phase[];
  /**
   * What a device does between two phases: it waits until all devices that differ from it along
   * some axes have done the first. Undefined where nobody has to wait.
   */
  barrier(axes: readonly string[], device: Device): Phase | undefined;
  /**
   * Has every process know numbers that one device holds: they are read where that device is, and
   * filled in everywhere else.
   */
  broadcast(holder: number, numbers: HostArray): MaybePromise<void>;
}
