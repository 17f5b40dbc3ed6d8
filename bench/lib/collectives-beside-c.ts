import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { fail } from "./options.ts";
import { figure, note, printLines, size, table } from "./report.ts";

export interface BesideC {
  readonly rounds: number;
  readonly quick: boolean;
  readonly json: boolean;
  readonly fastReduce: boolean;
}

interface Line {
  readonly collective: string;
  readonly bytes: number;
  readonly seconds: number;
}

const peer = (file: string): string => fileURLToPath(new URL(`../peers/${file}`, import.meta.url));
const mpirun = process.env.MTF_MPIRUN ?? "mpirun";
const mpicc = process.env.MPICC ?? "mpicc";

/** Measures collectives of two ranks, and those of a program in C, by turns; prints both and the ratio. */
export async function besideC({ rounds, quick, json, fastReduce }: BesideC): Promise<void> {
  const names = fastReduce ? ["all-reduce"] : ["all-reduce", "reduce-scatter", "all-gather"];
  const sizes = (quick ? [64] : [64, 256, 1024, 4096, 16384]).map((kilo) => kilo << 10);
  const folder = mkdtempSync(join(tmpdir(), "mtf-bench-"));
  try {
    const compiled = compile(join(folder, "collectives"));
    const args = [fastReduce ? "fast" : "own", quick ? 2 : 12, names.join(), ...sizes];
    const ours: Line[] = [];
    const theirs: Line[] = [];
    for (let round = 0; round < rounds; round++) {
      const node = ["--import", "tsx", peer("collectives-rank.ts")];
      ours.push(...run([process.execPath, ...node, ...args.map(String)]));
      if (compiled) theirs.push(...run([compiled, ...args.map(String)]));
      note(`round ${round + 1} of ${rounds} done`);
    }
    const results = sizes.flatMap((bytes) =>
      names.map((collective) => {
        const of = (lines: readonly Line[]) =>
          Math.min(
            ...lines.flatMap((line) =>
              line.collective === collective && line.bytes === bytes ? [line.seconds] : [],
            ),
          );
        const microseconds = 1e6 * of(ours);
        if (!compiled) return { collective, bytes, microseconds };
        const c = 1e6 * of(theirs);
        return { collective, bytes, microseconds, c, ofC: c / microseconds };
      }),
    );
    if (json) return printLines(results);
    const rows = results.map(({ collective, bytes, microseconds, c, ofC }) => [
      `${collective} ${size(bytes)}`,
      ...[microseconds, c, ofC].map((x) => (x === undefined ? "-" : figure(x))),
    ]);
    const other = fastReduce ? "MPI_Allreduce µs" : "C µs";
    console.log(table(["two ranks", "mtf µs", other, "speed of mtf / C"], rows));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The program in C; undefined where it cannot be compiled. */
function compile(to: string): string | undefined {
  const { status, stderr } = spawnSync(mpicc, ["-O3", "-o", to, peer("collectives.c")], {
    encoding: "utf8",
  });
  if (status === 0) return to;
  note(`NOT COMPARED WITH C: ${mpicc} does not compile it (apt-get install libopenmpi-dev)`);
  note(`${stderr ?? "it is not there"}`.split("\n")[0]!);
  return undefined;
}

/** The lines that a command prints as two ranks. */
function run(command: readonly string[]): readonly Line[] {
  const { stdout: version } = spawnSync(mpirun, ["--version"], { encoding: "utf8" });
  if (!version) fail(`there is no ${mpirun}: apt-get install openmpi-bin`);
  const own = /Open MPI|OpenRTE/.test(version) ? ["--allow-run-as-root", "--oversubscribe"] : [];
  const { status, stdout } = spawnSync(mpirun, [...own, "-n", "2", ...command], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    timeout: 600_000,
  });
  if (status !== 0) fail(`${command[0]} ended with ${status}`);
  return stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);
}
