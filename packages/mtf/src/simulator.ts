/**
 * The devices of a mesh in the caller's thread: for tests, and for meshes there is no machine for.
 *
 * @module mtf/simulator
 */

import type { Backend } from "./backend/backend.ts";
import { computingOf } from "./backend/computing.ts";
import { type BackendName, openBackend } from "./backend/open.ts";
import { memoryOfMachine } from "./machine.ts";
import type { Mesh } from "./mesh.ts";
import { sharedMemory } from "./runtime/collectives/shared/collectives.ts";
import { memoryOf } from "./runtime/collectives/shared/memories.ts";
import { devicesOf } from "./runtime/connect.ts";
import type { Devices } from "./runtime/devices.ts";
import { devicesArguments } from "./runtime/devicesArguments.ts";
import { isWide } from "./runtime/execute/wide.ts";
import { makeFleet } from "./runtime/fleet.ts";
import { makeHost } from "./runtime/host.ts";
import { directLink } from "./runtime/thread/link.ts";

export type * from "./runtime/devices.ts";
export { isSharded, readFloat64 } from "./runtime/sharded.ts";

export interface SimulatorOptions {
  /** What computes: by default the float64 reference. */
  readonly backend?: BackendName | Backend | undefined;
  /** The memory through which a device passes numbers to others, in bytes. */
  readonly stagingBytes?: number | undefined;
  /**
   * Compute only with kernels that give the same bits on every machine: no system BLAS, no relaxed
   * SIMD. Slower. Default false.
   */
  readonly deterministic?: boolean | undefined;
}

/** Small, for nothing is gained by more, and smaller still where there are very many devices. */
function defaultStagingBytes(devices: number): number {
  return Math.min(256 << 10, Math.ceil((256 << 20) / devices));
}

/**
 * The devices of a mesh, simulated one after the other in this thread: for tests, and to see what
 * a layout does before there is a machine for it.
 *
 * @throws MtfError `backend-unavailable` if the backend cannot be loaded here
 * @example
 * const devices = await simulator(defineMesh({ data: 2, model: 4 }));
 */
export async function simulator(mesh: Mesh, options: SimulatorOptions = {}): Promise<Devices> {
  devicesArguments("simulator", mesh, options);
  const { backend: wanted = "reference", stagingBytes = defaultStagingBytes(mesh.size) } = options;
  // As workers compute, so that both give the same bits.
  const computing = computingOf(mesh.size, options.deterministic ?? false);
  const backend = typeof wanted === "string" ? await openBackend(wanted, computing) : wanted;
  const collectives = sharedMemory({
    mesh,
    wide: isWide(backend),
    memory: memoryOf(mesh, stagingBytes, (bytes) => new ArrayBuffer(bytes)),
    // All devices take turns in this thread.
    barrier: undefined,
  });
  const numbers = Array.from({ length: mesh.size }, (_, device) => device);
  const fleet = makeFleet({
    mesh,
    variant: backend.variant,
    capacity: {
      backendBytes: backend.limitBytes,
      sharers: mesh.size,
      machineBytes: memoryOfMachine(),
      machineDevices: mesh.size,
    },
    links: [directLink(mesh, numbers, makeHost(mesh, numbers, backend, collectives))],
    // The caller's thread is the devices': there is nothing to do meanwhile.
    ahead: 0,
  });
  return devicesOf(fleet);
}
