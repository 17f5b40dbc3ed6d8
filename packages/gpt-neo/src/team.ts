import { type MpiRanks, mpiRanks, rankHere } from "mtf/mpi";
import type { SessionOptions } from "./session.ts";

/** The processes that run a model together, of which the first leads: it alone reads, writes and tells. */
export interface Team extends Pick<MpiRanks, "share" | "gather" | "fail"> {
  readonly leads: boolean;
}

/** A process that has the whole mesh. */
export const alone: Team = {
  leads: true,
  share: async (value) => value(),
  gather: async (value) => [value],
  fail: () => undefined,
};

/**
 * The processes that a runtime has.
 *
 * @throws MtfError `backend-unavailable` if it is MPI, and there is none
 */
export function teamOf({ runtime }: Pick<SessionOptions, "runtime">): Team {
  if (runtime !== "mpi") return alone;
  const { rank, share, gather, fail } = mpiRanks();
  return { leads: rank === 0, share, gather, fail };
}

/** Whether another process tells what is to be told. */
export function follows(): boolean {
  return (rankHere() ?? 0) > 0;
}
