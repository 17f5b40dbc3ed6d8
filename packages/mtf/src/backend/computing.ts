import { coresOfMachine } from "../machine.ts";

/** How a backend is to compute, where it has a choice. All devices of a mesh agree on it. */
export interface Computing {
  /** The threads that one device may take. */
  readonly threads: number;
  /** Only kernels that give the same bits on every processor. */
  readonly deterministic: boolean;
}

/** The cores of this machine, shared out among devices: one thread each at least. */
export function threadsFor(devices: number): number {
  return Math.max(1, Math.floor(coresOfMachine() / devices));
}
