import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { program } from "./cli.ts";

/** What a call of the built program came to, and the most memory it took. */
export interface Measured {
  readonly code: number | null;
  /** Of standard output, how many bytes it had and how it ended. */
  readonly bytes: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Bytes, of all its threads together. */
  readonly peak: number;
}

/** As much of standard output is kept. */
const tail = 1 << 16;

const hook = fileURLToPath(new URL("./peak.mjs", import.meta.url));

/** Runs the built program, as `gpt-neo` would be called, in a process of its own. */
export async function measured(folder: string, ...args: readonly string[]): Promise<Measured> {
  const PEAK_FILE = join(folder, "peak");
  const child = spawn(process.execPath, ["--import", hook, program, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    // Temporary files go where there is room, and go away with the folder.
    env: { ...process.env, PEAK_FILE, TMPDIR: folder },
  });
  let bytes = 0;
  let stdout: Buffer = Buffer.alloc(0);
  let stderr = "";
  child.stdout.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    stdout = chunk.length < tail ? Buffer.concat([stdout, chunk]).subarray(-tail) : chunk;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  const peak = Number(await readFile(PEAK_FILE, "utf8"));
  await rm(PEAK_FILE);
  return { code, bytes, stdout: stdout.toString(), stderr, peak };
}
