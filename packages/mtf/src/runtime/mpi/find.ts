import { MtfError } from "../../errors.ts";
import { loadKoffi } from "../../koffi.ts";
import { lostConnection } from "./connection.ts";
import { joinMpi, type Mpi, mpiNamed } from "./library.ts";

/** Open MPI's name; those of MPICH and its kin; that of whatever programs are compiled with. */
const openMpi = ["libmpi.so.40"];
const mpich = ["libmpich.so.12", "libmpi.so.12"];
const any = ["libmpi.so"];

/** The names to try, first of the family whose launcher has started this process. */
function usualFiles(): readonly string[] {
  const byMpich =
    process.env.PMI_SIZE !== undefined && process.env.OMPI_COMM_WORLD_SIZE === undefined;
  return byMpich ? [...mpich, ...openMpi, ...any] : [...openMpi, ...mpich, ...any];
}

/**
 * The system's MPI: what `MTF_MPI` names, else the first that is there.
 *
 * @throws MtfError `backend-unavailable` where there is none, nothing to call it with, or no launcher to be
 * reached
 */
export function findMpi(): Mpi {
  const lost = lostConnection();
  if (lost !== undefined) {
    throw unavailable(
      `the launcher's connection (PMI_FD=${lost}) has not been handed on to this process, as npx and npm do not`,
      [
        "the program itself: mpirun -n 2 node_modules/.bin/gpt-neo …, or mpirun -n 2 node program.mjs",
      ],
    );
  }
  return firstOf(joinMpi);
}

/**
 * What the system's MPI calls itself: `Open MPI v4.1.4`. It is not begun to be used.
 *
 * @throws MtfError `backend-unavailable` where there is none, or nothing to call it with
 * @example
 * console.log(mpiVersion());
 */
export function mpiVersion(): string {
  return firstOf(mpiNamed);
}

function firstOf<T>(open: (file: string) => T | undefined): T {
  if (!loadKoffi()) {
    throw unavailable("koffi, which calls it, is not installed", ["npm install koffi"]);
  }
  const wanted = process.env.MTF_MPI;
  for (const file of wanted ? [wanted] : usualFiles()) {
    const found = open(file);
    if (found) return found;
  }
  if (wanted) {
    throw unavailable(`MTF_MPI=${wanted} is no library with MPI_Init`, [
      "MTF_MPI=/path/to/libmpi.so.40",
    ]);
  }
  throw unavailable(`none of ${usualFiles().join(", ")} is there`, [
    "apt-get install openmpi-bin",
    "MTF_MPI=/path/to/libmpi.so",
  ]);
}

function unavailable(why: string, advice: readonly string[]): MtfError {
  return new MtfError("backend-unavailable", `MPI cannot be used: ${why}.`, { try: advice });
}
