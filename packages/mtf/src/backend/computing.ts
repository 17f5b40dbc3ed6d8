import { coresOfMachine } from "../machine.ts";

/** How a backend is to compute, where it has a choice. All devices of a mesh agree on it. */
export interface Computing {
  /** The threads that one device may take. */
  readonly threads: number;
  /** Whether it is the only device: how many threads a library takes is a matter of the whole process. */
  readonly alone: boolean;
  /** Only kernels that give the same bits on every processor. */
  readonly deterministic: boolean;
}

/** How so many devices on this machine compute: they share its cores, one thread each at least. */
export function computingOf(devices: number, deterministic: boolean): Computing {
  const threads = Math.max(1, Math.floor(coresOfMachine() / devices));
  return { threads, alone: devices === 1, deterministic };
}
