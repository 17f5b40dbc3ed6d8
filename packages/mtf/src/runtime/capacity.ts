import { memoryAt } from "../cost/memory.ts";
import { MtfError } from "../errors.ts";
import { coordinateOf, type Mesh } from "../mesh.ts";
import type { Program } from "../program/program.ts";

/** The memory there is for the devices of a mesh. Nothing is known of what is undefined. */
export interface Capacity {
  /** What one backend can hold, and how many devices share it. */
  readonly backendBytes: number | undefined;
  readonly sharers: number;
  /** What the machine has, and for how many devices. */
  readonly machineBytes: number | undefined;
  readonly machineDevices: number;
}

/**
 * Checks that there is memory for a program, by what it needs at least: scratch memory of kernels,
 * and what the devices hold besides, do not count.
 *
 * @throws MtfError `out-of-memory` with the figures if there is not
 */
export function checkCapacity(program: Program, mesh: Mesh, capacity: Capacity): void {
  const { backendBytes, sharers, machineBytes, machineDevices } = capacity;
  // The first device has the largest slices, the last one the smallest.
  const [first, last] = [0, mesh.size - 1].map((device) => {
    return memoryAt(program, coordinateOf(mesh, device));
  });
  const leastFor = (devices: number) => Math.max(first!.peakBytes, devices * last!.peakBytes);
  const check = (devices: number, limit: number | undefined, whose: string) => {
    const needed = leastFor(devices);
    if (limit === undefined || needed <= limit) return;
    const sharing = devices === 1 ? "per device" : `for ${devices} devices`;
    const figures = `${gibibytes(needed)} ${sharing}, and ${whose} ${gibibytes(limit)}`;
    throw new MtfError("out-of-memory", `the program needs ${figures}.`, {
      evidence: [
        ["per device", `${gibibytes(first!.peakBytes)} at most`],
        ["arguments", `${gibibytes(first!.inputBytes)} of it`],
        ["devices", `${mesh.size}`],
      ],
      try: [
        "a layout or storage rules that split what is large, over more devices",
        "devices.load(program, { force: true }) to try it all the same",
      ],
      needed,
      limit,
    });
  };
  check(sharers, backendBytes, "the backend can hold");
  check(machineDevices, machineBytes, "this machine has");
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
