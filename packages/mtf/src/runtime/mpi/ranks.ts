import { endAllAtFailure } from "./endAll.ts";
import { type Talk, talkOf } from "./talk.ts";
import { launchedAs, takeTurn } from "./turn.ts";
import { joinedWorld, theWorld } from "./world.ts";

/** The processes that were started together, as one of them sees them. */
export interface MpiRanks extends Talk {
  /** The number of this process: `mpirun` counts from 0 on. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /** How many of them are on this machine. */
  readonly onMachine: number;
  /** What the library calls itself: `Open MPI v4.1.4`. */
  readonly version: string;
  /**
   * Has all processes end with this error, soon if this one does not end by itself: nobody waits for
   * one that has failed.
   */
  fail(reason: Error): void;
}

let ranks: MpiRanks | undefined;

/**
 * The processes that `mpirun`, Slurm or Kubernetes has started together: what programs need beside
 * devices, to make a mesh of as many, to have one of them read or write a file, and to agree on when to
 * stop. A process that was started alone is one of one.
 *
 * @throws MtfError `backend-unavailable` if there is no MPI
 * @example
 * const { size, share } = mpiRanks();
 * const devices = await mpi(defineMesh({ data: size }));
 * const began = await share(() => Date.now()); // the first one's clock, on all
 */
export function mpiRanks(): MpiRanks {
  if (ranks) return ranks;
  const { mpi, onMachine, newTag, fail } = theWorld();
  const { rank, size, version } = mpi;
  ranks = { rank, size, onMachine, version, fail, ...talkOf(mpi, newTag()) };
  return ranks;
}

/**
 * Waits for this process's turn to tell an error: what fails in all of them is told by the first, which
 * ends all, once it exits with another code than 0. For programs that print errors themselves; what nobody
 * catches is told in turn anyway.
 *
 * @returns what to put before the error: `rank 2: `, or nothing where there is one process
 * @example
 * console.error(`${turnToTell()}the file is not there`);
 */
export function turnToTell(): string {
  const process = joinedWorld()?.mpi ?? launchedAs();
  endAllAtFailure(() => joinedWorld() !== undefined);
  return process ? takeTurn(process.rank, process.size) : "";
}

/**
 * The number of this process among those that were started together; undefined where it is none of
 * several, or does not use MPI so far.
 *
 * @example
 * if ((rankHere() ?? 0) === 0) console.log("done");
 */
export function rankHere(): number | undefined {
  const mpi = joinedWorld()?.mpi;
  return mpi && mpi.size > 1 ? mpi.rank : undefined;
}
