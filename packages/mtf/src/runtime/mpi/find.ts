import { MtfError } from "../../errors.ts";
import { loadKoffi } from "../../koffi.ts";
import { type Mpi, openMpi } from "./library.ts";

/** Open MPI and what has its interface; MPICH, Intel MPI and others of theirs. */
const files = ["libmpi.so.40", "libmpi.so.12", "libmpich.so.12", "libmpi.so"];

/**
 * The system's MPI: what `MTF_MPI` names, else the first that is there.
 *
 * @throws MtfError `backend-unavailable` where there is none, or nothing to call it with
 */
export function findMpi(): Mpi {
  if (!loadKoffi()) {
    throw unavailable("koffi, which calls it, is not installed", ["npm install koffi"]);
  }
  const wanted = process.env.MTF_MPI;
  for (const file of wanted ? [wanted] : files) {
    const found = openMpi(file);
    if (found) return found;
  }
  if (wanted) {
    throw unavailable(`MTF_MPI=${wanted} is no library with MPI_Init`, [
      "the path of libmpi.so.40",
    ]);
  }
  throw unavailable(`none of ${files.join(", ")} is there`, [
    "apt-get install openmpi-bin",
    "MTF_MPI=/path/to/libmpi.so",
  ]);
}

function unavailable(why: string, advice: readonly string[]): MtfError {
  return new MtfError("backend-unavailable", `MPI cannot be used: ${why}.`, { try: advice });
}
