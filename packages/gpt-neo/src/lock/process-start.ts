import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

/**
 * When a process began, as the system tells it: by this, a number that was given anew since is told
 * apart. `unknown` where a process runs and no more can be learned of it; undefined where none runs.
 *
 * @example
 * processStart(process.pid); // "6f0c…:81723"
 */
export function processStart(pid: number): string | undefined {
  const stat = textOf(`/proc/${pid}/stat`);
  if (stat !== undefined) return startIn(stat);
  return isRunning(pid) ? startByPs(pid) : undefined;
}

/** A process that has ended keeps its number until its parent has asked after it. */
const ended = /^[ZX]/i;

function startIn(stat: string): string | undefined {
  // The second field is the name in parentheses, which may hold spaces and parentheses itself.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  if (ended.test(fields[0]!)) return undefined;
  return `${textOf("/proc/sys/kernel/random/boot_id")?.trim()}:${fields[19]}`;
}

function startByPs(pid: number): string | undefined {
  if (process.platform === "win32") return "unknown";
  const env = { ...process.env, LC_ALL: "C", TZ: "UTC" };
  const args = ["-o", "stat=,lstart=", "-p", `${pid}`];
  const told = spawnSync("ps", args, { encoding: "utf8", env }).stdout?.trim();
  if (!told) return "unknown";
  return ended.test(told) ? undefined : told.replace(/^\S+\s+/, "");
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's process may not be sent anything, but it is there.
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "latin1");
  } catch {
    return undefined;
  }
}
