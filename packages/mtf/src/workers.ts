/**
 * The devices of a mesh as worker threads, which meet over shared memory.
 *
 * @module mtf/workers
 */

import { computingOf } from "./backend/computing.ts";
import type { BackendName } from "./backend/open.ts";
import { MtfError } from "./errors.ts";
import { coresOfMachine, memoryOfMachine } from "./machine.ts";
import type { Mesh } from "./mesh.ts";
import { memoryOf } from "./runtime/collectives/shared/memories.ts";
import { devicesOf } from "./runtime/connect.ts";
import type { Devices } from "./runtime/devices.ts";
import { devicesArguments } from "./runtime/devicesArguments.ts";
import { type Fleet, makeFleet } from "./runtime/fleet.ts";
import { setAbort } from "./runtime/workers/barrier.ts";
import { type WorkerLink, workerLink } from "./runtime/workers/link.ts";
import { sharing } from "./runtime/workers/memory.ts";
import { checkWorkers } from "./runtime/workers/most.ts";
import { spawn } from "./runtime/workers/spawn.ts";

export { gpuAdapters } from "./backend/webgpu/adapters.ts";
export { coresOfMachine, memoryOfMachine } from "./machine.ts";
export type * from "./runtime/devices.ts";
export { isSharded } from "./runtime/sharded.ts";
export { mostWorkers } from "./runtime/workers/most.ts";

export interface WorkersOptions {
  /** What computes: by name, or a module whose default export makes a backend. */
  readonly backend?: BackendName | URL | undefined;
  /** The memory through which a device passes numbers to others, in bytes. */
  readonly stagingBytes?: number | undefined;
  /**
   * Compute only with kernels that give the same bits on every machine: no system BLAS, no relaxed
   * SIMD. Slower. Default false.
   */
  readonly deterministic?: boolean | undefined;
  /** Start the workers even if they are far too many for the machine. */
  readonly force?: boolean | undefined;
}

/** Half of it stays in a core's cache beside what it is copied from or to. */
const defaultStagingBytes = 4 << 20;

/** About 20 µs: longer than a barrier takes where every device has a core. */
const spins = 2000;

/**
 * The devices of a mesh, each in a worker thread of its own: of Node's, or a page's Web Workers.
 *
 * @throws MtfError `backend-unavailable` if the backend cannot be loaded here, or a page that is not
 * cross-origin isolated asks for several devices; `bad-mesh`, before any
 * is started, for more workers than 64 or 8 per core, whichever is more
 * @example
 * const devices = await workers(defineMesh({ data: 2 }));
 * const run = await devices.load(train);
 * await devices.close();
 */
export async function workers(mesh: Mesh, options: WorkersOptions = {}): Promise<Devices> {
  devicesArguments("workers", mesh, options);
  const { backend = "wasm", stagingBytes = defaultStagingBytes, deterministic = false } = options;
  const cores = coresOfMachine();
  if (!options.force) checkWorkers(mesh, cores);
  const shared = sharing(mesh);
  const abort = shared(4);
  const common = {
    axes: mesh.axes,
    backend: typeof backend === "string" ? backend : { module: backend.href },
    computing: computingOf(mesh.size, deterministic),
    abort,
    spins: mesh.size <= cores ? spins : 0,
  };
  const memory = memoryOf(mesh, stagingBytes, shared);
  let fleet: Fleet | undefined;
  const links = Array.from({ length: mesh.size }, (_, device) =>
    aborting(
      workerLink({ ...common, device }, spawn, memory, (error) => fleet?.fail(error)),
      abort,
    ),
  );
  try {
    const backends = await Promise.all(links.map((link) => link.ready));
    fleet = makeFleet({
      mesh,
      variant: agreed(backends.map(({ variant }) => variant)),
      capacity: {
        backendBytes: backends[0]!.limitBytes,
        sharers: 1,
        machineBytes: memoryOfMachine(),
        machineDevices: mesh.size,
      },
      links,
      ahead: 1,
    });
  } catch (error) {
    await Promise.all(links.map((link) => link.end(error as MtfError)));
    throw error;
  }
  return devicesOf(fleet);
}

/** A link that, when it ends its worker, also wakes the others that wait for it at a barrier. */
function aborting(link: WorkerLink, abort: SharedArrayBuffer): WorkerLink {
  return {
    ...link,
    end(reason) {
      setAbort(abort);
      return link.end(reason);
    },
  };
}

function agreed(variants: readonly string[]): string {
  const variant = variants[0]!;
  const other = variants.findIndex((v) => v !== variant);
  if (other < 0) return variant;
  throw new MtfError("backend-unavailable", "the devices would not compute alike.", {
    evidence: [
      ["device 0", variant],
      [`device ${other}`, variants[other]!],
    ],
  });
}
