import { execFileSync } from "node:child_process";
import type { Launched } from "../../../mtf/test/mpi/mpirun.ts";

/** The processes of the ranks, in no order. */
export function ranksOf({ child }: Launched): readonly number[] {
  const all = execFileSync("ps", ["-eo", "pid=,ppid="], { encoding: "utf8" });
  const rows = all
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number));
  return rows.flatMap(([pid, parent]) => (parent === child.pid ? [pid!] : []));
}
