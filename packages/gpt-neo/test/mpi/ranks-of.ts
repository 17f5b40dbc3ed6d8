import { execFileSync } from "node:child_process";
import type { Launched } from "../../../mtf/test/mpi/mpirun.ts";

/** The processes of the ranks, in no order: a launcher's children, or those of its helper on a host. */
export function ranksOf({ child }: Launched): readonly number[] {
  const all = execFileSync("ps", ["-eo", "pid=,ppid=,comm="], { encoding: "utf8" });
  const rows = all
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/));
  const childrenOf = (of: number): readonly number[] =>
    rows.flatMap(([pid, parent, command]) => {
      if (Number(parent) !== of) return [];
      return /^(hydra|orted|prted)/.test(command!) ? childrenOf(Number(pid)) : [Number(pid)];
    });
  return childrenOf(child.pid!);
}
