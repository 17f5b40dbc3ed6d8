import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type BackendName, openBackend } from "../../src/backend/open.ts";
import type { Mesh } from "../../src/mesh.ts";
import type { Devices } from "../../src/runtime/devices.ts";
import { devicesOfProcess } from "../../src/runtime/processes/devices.ts";
import { meet } from "./sockets.ts";

/** What a process of a pair printed, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a script in two processes, which meet each other by `devicesOfPair`. */
export async function runPair(script: URL, ...args: string[]): Promise<readonly Ended[]> {
  const folder = mkdtempSync(join(tmpdir(), "mtf-pair-"));
  try {
    return await Promise.all([0, 1].map((own) => run(script, [folder, `${own}`, ...args])));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function run(script: URL, args: readonly string[]): Promise<Ended> {
  // A process that waits for the other forever is ended.
  const timeout = 250_000;
  const path = fileURLToPath(script);
  const child = spawn(process.execPath, ["--import", "tsx", path, ...args], { timeout });
  let [output, errors] = ["", ""];
  child.stdout.on("data", (text) => (output += text));
  child.stderr.on("data", (text) => (errors += text));
  return new Promise((resolve) => {
    child.on("close", (code) => resolve({ code, output, errors }));
  });
}

const [, , folder, own, ...rest] = process.argv;

/** What a script of a pair was given, beside what it needs to meet the other. */
export const given: readonly string[] = rest;

/** The place of this process in its pair. */
export const place: 0 | 1 = own === "0" ? 0 : 1;

let meetings = 0;

/** The devices of a mesh, some of them in this process and the others in the other one. */
export async function devicesOfPair(mesh: Mesh, backend: BackendName): Promise<Devices> {
  const { messages, end } = await meet(mesh, place, join(folder!, `${meetings++}`));
  return devicesOfProcess({
    mesh,
    backend: await openBackend(backend, { threads: 1, alone: false, deterministic: true }),
    messages,
    machineDevices: mesh.size,
    end,
  });
}
