import { availableParallelism, totalmem } from "node:os";

/** What there is for all devices. */
export interface Machine {
  readonly cores: number;
  readonly memoryBytes: number;
}

/** This machine, or the part of it that a container gives. */
export function thisMachine(): Machine {
  // 0 where nothing is known of a limit.
  const limit = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return { cores: availableParallelism(), memoryBytes: Math.min(totalmem(), limit) };
}
