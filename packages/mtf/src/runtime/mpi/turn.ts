/** How long processes of lower ranks may take to tell what fails in them as well, in milliseconds. */
const [patience, each, most] = [3000, 100, 2000];

let isTaken = false;

/**
 * Waits until the processes of lower ranks would have told an error: whoever tells it first ends all,
 * and so it is told once.
 *
 * @returns what to put before it
 */
export function takeTurn(rank: number, size: number): string {
  if (!isTaken && rank > 0) pause(patience + Math.min(each * rank, most));
  isTaken = true;
  return size > 1 ? `rank ${rank}: ` : "";
}

/** Holds all up: what is about to end has nothing else to do. */
export function pause(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}

/**
 * The rank and the number of processes, as launchers tell those that do not use MPI so far.
 *
 * @returns undefined where none has started this process
 */
export function launchedAs(): { readonly rank: number; readonly size: number } | undefined {
  const { OMPI_COMM_WORLD_RANK, OMPI_COMM_WORLD_SIZE, PMI_RANK, PMI_SIZE } = process.env;
  const [rank, size] = [OMPI_COMM_WORLD_RANK ?? PMI_RANK, OMPI_COMM_WORLD_SIZE ?? PMI_SIZE];
  return rank === undefined ? undefined : { rank: Number(rank), size: Number(size ?? 1) };
}
