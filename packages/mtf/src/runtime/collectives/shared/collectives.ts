import type { MaybePromise } from "../../../backend/backend.ts";
import type { Mesh } from "../../../mesh.ts";
import type { Collectives } from "../collectives.ts";
import { axesKey, groupsOf } from "../groups.ts";
import { bindMove } from "./move.ts";
import { bindReduce } from "./reduce.ts";
import { type GroupMemory, makeStaging, type Staging } from "./staging.ts";

/** Waits until all devices of a group have come this far. */
export type Barrier = (staging: Staging) => MaybePromise<void>;

export interface SharedMemory {
  readonly mesh: Mesh;
  /** Whether float32 elements are held as float64. */
  readonly wide: boolean;
  /** The memory through which devices that differ along some axes pass numbers. */
  readonly memory: (axes: readonly string[]) => GroupMemory;
  /** What keeps devices in step that other threads drive, if there are any. */
  readonly barrier: Barrier | undefined;
}

/** Devices that pass numbers through memory they share, in one thread or in several. */
export function sharedMemory({ mesh, wide, memory, barrier }: SharedMemory): Collectives {
  const groupOf = groupsOf(mesh);
  const stagings = new Map<string, Map<number, Staging>>();

  const stagingOf = (device: number, axes: readonly string[]): Staging | undefined => {
    const key = axesKey(mesh, axes);
    if (key === "") return undefined;
    const byDevice = stagings.get(key) ?? new Map<number, Staging>();
    stagings.set(key, byDevice);
    const staging =
      byDevice.get(device) ?? makeStaging(memory(axes), mesh, groupOf(device, axes), wide);
    byDevice.set(device, staging);
    return staging;
  };

  return {
    reduce: (reduces, frame) =>
      bindReduce(reduces, frame, stagingOf(frame.device.number, reduces[0]!.axes)),
    move: (move, moving) => bindMove(move, moving, stagingOf(moving.device.number, move.axes)),
    barrier(axes, { number }) {
      const staging = stagingOf(number, axes);
      return barrier && staging && (() => barrier(staging));
    },
    // All is in one process, and who is asked for numbers holds them.
    broadcast() {},
  };
}
