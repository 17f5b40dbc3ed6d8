/**
 * The devices of a mesh as processes, on as many hosts as there are, which meet by the system's MPI.
 *
 * @module mtf/mpi
 */

import { computingOf } from "./backend/computing.ts";
import { type BackendName, openBackend } from "./backend/open.ts";
import { MtfError } from "./errors.ts";
import { type Mesh, printMesh } from "./mesh.ts";
import type { Devices } from "./runtime/devices.ts";
import { devicesArguments } from "./runtime/devicesArguments.ts";
import { mpiMessages } from "./runtime/mpi/messages.ts";
import { theWorld } from "./runtime/mpi/world.ts";
import { devicesOfProcess } from "./runtime/processes/devices.ts";

export type * from "./runtime/devices.ts";
export { mpiVersion } from "./runtime/mpi/find.ts";
export { type MpiRanks, mpiRanks, rankHere, turnToTell } from "./runtime/mpi/ranks.ts";
export { isSharded } from "./runtime/sharded.ts";

export interface MpiOptions {
  /** What computes: by default `wasm`. */
  readonly backend?: BackendName | undefined;
  /**
   * Compute only with kernels that give the same bits on every machine: no system BLAS, no relaxed
   * SIMD. Slower. Default false.
   */
  readonly deterministic?: boolean | undefined;
  /**
   * Leave sums over devices to MPI, which adds in whatever order is fast on its network: results are no
   * longer, bit by bit, those of other runtimes or of another MPI. Default false.
   */
  readonly fastReduce?: boolean | undefined;
}

/** The devices of a mesh, one of them in this process. */
export interface MpiDevices extends Devices {
  /** The number of this process, and of its device: `mpirun` counts from 0 on. */
  readonly rank: number;
}

/**
 * The devices of a mesh, each in a process of its own that `mpirun`, Slurm or Kubernetes has started.
 * Every process runs the same program and makes the same calls in the same order: what is read, all of
 * them get, and a source is asked only for the boxes of the process's own device. A process that fails
 * ends all.
 *
 * Open MPI and MPICH are found by their usual names; `MTF_MPI` names another library. It is called by
 * koffi, an optional dependency.
 *
 * @throws MtfError `backend-unavailable` if there is no MPI, or the backend cannot be loaded here;
 * `bad-mesh` if there are more or fewer processes than devices; `bad-argument` for options that exclude
 * each other
 * @example
 * // mpirun -n 4 node train.mjs
 * const devices = await mpi(defineMesh({ data: 4 }));
 * const run = await devices.load(train);
 * if (devices.rank === 0) console.log("step 0 begins");
 * await devices.close();
 */
export async function mpi(mesh: Mesh, options: MpiOptions = {}): Promise<MpiDevices> {
  devicesArguments("mpi", mesh, options);
  const { backend = "wasm", deterministic = false, fastReduce = false } = options;
  if (deterministic && fastReduce) {
    throw new MtfError("bad-argument", "mpi: what MPI adds up is not deterministic.", {
      try: ["fastReduce without deterministic", "deterministic without fastReduce"],
    });
  }
  const world = theWorld();
  const { rank, size, version } = world.mpi;
  if (size !== mesh.size) {
    const processes = size === 1 ? "1 process" : `${size} processes`;
    const error = new MtfError(
      "bad-mesh",
      `${printMesh(mesh)} is ${mesh.size} devices, and MPI has started ${processes}.`,
      {
        evidence: [["MPI", version]],
        try: [`mpirun -n ${mesh.size} node program.mjs`],
        processes: size,
        devices: mesh.size,
      },
    );
    world.fail(error);
    throw error;
  }
  const computing = computingOf(world.onMachine, deterministic);
  const devices = await devicesOfProcess({
    mesh,
    backend: await openBackend(backend, computing),
    messages: mpiMessages(world.mpi, world.newTag(), { fastReduce, hosts: world.hosts }),
    machineDevices: world.onMachine,
    end(reason) {
      if (reason.code !== "closed") world.fail(reason);
    },
  });
  return { ...devices, rank };
}
