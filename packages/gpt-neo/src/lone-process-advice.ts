import type { Devices } from "mtf/simulator";

/** How to have more processes, where MPI was asked for and this one was started by itself. */
export function loneProcessAdvice(devices: Devices): readonly string[] {
  // The devices of MPI alone have a rank.
  if (!("rank" in devices) || devices.mesh.size > 1) return [];
  return ["MPI has started one process: put mpirun -n 4 before the command to have four"];
}
