import { fstatSync } from "node:fs";

/**
 * The file descriptor of this process's connection to its launcher, where that is missing here: MPICH's
 * launcher hands each process one, and `npx`, `npm run` and the like do not hand it on. MPI would end the
 * process with a sentence about itself.
 *
 * @returns undefined where all is well, or a launcher makes itself known in another way
 */
export function lostConnection(): string | undefined {
  const { PMI_FD: descriptor, OMPI_COMM_WORLD_SIZE: ofOpenMpi } = process.env;
  if (descriptor === undefined || ofOpenMpi !== undefined) return undefined;
  try {
    // Node may have opened something else under this number by now, but no socket.
    if (fstatSync(Number(descriptor)).isSocket()) return undefined;
  } catch {
    // There is nothing under this number.
  }
  return descriptor;
}
