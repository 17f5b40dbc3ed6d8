import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { note } from "./report.ts";

/**
 * A command that has so many of this process's cores to itself and its threads, whatever it would take: a
 * library's idea of how many threads it runs is not always one's own.
 */
export function onCores(
  count: number,
  command: string,
  args: readonly string[],
): readonly [command: string, args: readonly string[]] {
  if (count >= availableParallelism()) return [command, args];
  if (spawnSync("taskset", ["-V"], { stdio: "ignore" }).status !== 0) {
    note(`${command} is not held to ${count} cores: there is no taskset here`);
    return [command, args];
  }
  return ["taskset", ["-c", allowed().slice(0, count).join(","), command, ...args]];
}

/** The numbers of the cores that this process may run on. */
function allowed(): readonly number[] {
  const status = readFileSync("/proc/self/status", "utf8");
  const [, list] = /^Cpus_allowed_list:\s*(\S+)$/m.exec(status)!;
  return list!.split(",").flatMap((part) => {
    const [first, last = first] = part.split("-").map(Number);
    return Array.from({ length: last! - first! + 1 }, (_, i) => first! + i);
  });
}
