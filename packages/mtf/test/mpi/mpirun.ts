import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const launcher = process.env.MTF_MPIRUN ?? "mpirun";

const { stdout: version } = spawnSync(launcher, ["--version"], { encoding: "utf8" });

/** Whether there is an MPI to test with. Says so aloud where there is none. */
export const hasMpi: boolean = Boolean(version);
if (!hasMpi)
  console.warn("NOTHING OF MPI IS TESTED: there is no mpirun (apt-get install openmpi-bin)");

/** Whether it is Open MPI; else it is MPICH, or of its kin. */
export const isOpenMpi: boolean = /Open MPI|OpenRTE/.test(version);

// In a container everybody is root, and there are fewer cores than ranks.
const openMpi = ["--allow-run-as-root", "--oversubscribe"];

export interface Ended {
  readonly code: number | null;
  /** What each rank told, by `tell`. */
  readonly told: readonly string[];
  /** What all printed. */
  readonly printed: string;
}

/** Processes that run. */
export interface Launched {
  readonly child: ChildProcess;
  readonly ended: Promise<Omit<Ended, "told">>;
}

/** Starts a command as some ranks. */
export function launch(ranks: number, command: readonly string[], timeout = 100_000): Launched {
  return start(["-n", `${ranks}`, ...command], timeout);
}

/** Starts a command as a rank in each folder, which is where its relative paths begin. */
export function launchIn(folders: readonly string[], command: readonly string[]): Launched {
  const each = folders.map((folder) => ["-wdir", folder, "-n", "1", ...command]);
  return start(
    each.flatMap((rank, i) => (i === 0 ? rank : [":", ...rank])),
    100_000,
  );
}

/**
 * Starts what a launcher is told to; what has not ended by then is a test that fails.
 *
 * @param within a command that runs another one
 */
export function start(
  args: readonly string[],
  timeout: number,
  within: readonly string[] = [],
): Launched {
  const [command, ...rest] = [...within, launcher, ...(isOpenMpi ? openMpi : []), ...args];
  const child = spawn(command!, rest, { timeout });
  let printed = "";
  child.stdout.on("data", (text) => (printed += text));
  child.stderr.on("data", (text) => (printed += text));
  const ended = new Promise<Omit<Ended, "told">>((resolve) =>
    child.on("close", (code) => resolve({ code, printed })),
  );
  return { child, ended };
}

/** Runs a script as some ranks. */
export function mpirun(ranks: number, script: URL, ...args: string[]): Promise<Ended> {
  return mpirunFor(100_000, ranks, script, ...args);
}

/** Runs a script as some ranks, for so many milliseconds at most. */
export async function mpirunFor(
  timeout: number,
  ranks: number,
  script: URL,
  ...args: string[]
): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), "mtf-mpi-"));
  const node = [process.execPath, "--import", "tsx", fileURLToPath(script), folder, ...args];
  const ended = await launch(ranks, node, timeout).ended;
  const told = Array.from({ length: ranks }, (_, rank) => toldBy(folder, rank));
  rmSync(folder, { recursive: true });
  return { ...ended, told };
}

/** What a rank told in a folder. */
export function toldBy(folder: string, rank: number): string {
  try {
    return readFileSync(join(folder, `${rank}`), "utf8");
  } catch {
    return "";
  }
}
