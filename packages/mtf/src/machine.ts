/**
 * How many threads this machine can run at a time.
 *
 * @example
 * const mesh = defineMesh({ data: coresOfMachine() });
 */
export function coresOfMachine(): number {
  if (!isNode()) return globalThis.navigator?.hardwareConcurrency ?? 1;
  return process.getBuiltinModule("node:os").availableParallelism();
}

/**
 * The memory that this process may have, in bytes, of the machine or of its container; undefined
 * where nobody tells, as in a page.
 *
 * @example
 * memoryOfMachine(); // 17179869184
 */
export function memoryOfMachine(): number | undefined {
  if (!isNode()) return undefined;
  // A container may have less; 0 where nothing is known of one, and other runtimes may not tell.
  const constrained = process.constrainedMemory?.() || Number.POSITIVE_INFINITY;
  return Math.min(process.getBuiltinModule("node:os").totalmem(), constrained);
}

function isNode(): boolean {
  return typeof process !== "undefined" && process.getBuiltinModule !== undefined;
}
