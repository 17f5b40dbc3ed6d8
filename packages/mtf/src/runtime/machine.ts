/** What a process may have of the machine it is on. */
export interface Machine {
  readonly cores: number;
  readonly memoryBytes: number;
}

/** This machine, or undefined where the host does not tell, as in a page. */
export function thisMachine(): Machine | undefined {
  if (typeof process === "undefined" || !process.versions?.node) return undefined;
  const { availableParallelism, totalmem } = process.getBuiltinModule("node:os");
  // A container may have less; 0 where nothing is known of one.
  const constrained = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return { cores: availableParallelism(), memoryBytes: Math.min(totalmem(), constrained) };
}
