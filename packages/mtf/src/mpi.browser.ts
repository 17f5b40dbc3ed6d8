import { MtfError } from "./errors.ts";
import type * as ofNode from "./mpi.ts";

export type * from "./runtime/devices.ts";
export { isSharded } from "./runtime/sharded.ts";

// A page is no process that an MPI could have started: whatever needs one says so.

/** @throws MtfError `backend-unavailable` */
export const mpi: typeof ofNode.mpi = async () => {
  throw unavailable();
};

/** @throws MtfError `backend-unavailable` */
export const mpiRanks: typeof ofNode.mpiRanks = () => {
  throw unavailable();
};

/** @throws MtfError `backend-unavailable` */
export const mpiVersion: typeof ofNode.mpiVersion = () => {
  throw unavailable();
};

/** A page is never one of several. */
export const rankHere: typeof ofNode.rankHere = () => undefined;

/** A page need not wait for its turn. */
export const turnToTell: typeof ofNode.turnToTell = () => "";

function unavailable(): MtfError {
  return new MtfError("backend-unavailable", "MPI cannot be used in a page.", {
    try: ["workers(mesh) of mtf/workers, where a page's devices are workers"],
  });
}
