import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { dispatch } from "../../src/cli/dispatch.ts";

/** The program as it is installed. */
export const program: string = fileURLToPath(new URL("../../bin/gpt-neo.js", import.meta.url));

/** What a call of the command line comes to. */
export interface Called {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Call extends ChildProcess {
  readonly done: Promise<Called>;
}

/** Starts the built program. */
export function start(args: readonly string[], command: readonly string[] = []): Call {
  const [name = process.execPath, ...rest] = command;
  const child = spawn(
    name,
    [...rest, ...(command.length > 0 ? [process.execPath] : []), program, ...args],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    stderr += text;
  });
  const done = new Promise<Called>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  return Object.assign(child, { done });
}

/** Runs the built program to its end. */
export function call(...args: readonly string[]): Promise<Called> {
  return start(args).done;
}

/** Runs a command line in this process, from sources. One at a time. */
export function callHere(...args: readonly string[]): Promise<Called> {
  return callWith("", ...args);
}

/** The same with something on standard input. */
export async function callWith(input: string, ...args: readonly string[]): Promise<Called> {
  let [stdout, stderr] = ["", ""];
  const out = (text: string) => {
    stdout += text;
    return true;
  };
  const err = (text: string) => {
    stderr += text;
    return true;
  };
  const real = { out: process.stdout.write, err: process.stderr.write };
  const stdin = Object.getOwnPropertyDescriptor(process, "stdin")!;
  process.stdout.write = out as typeof real.out;
  process.stderr.write = err as typeof real.err;
  Object.defineProperty(process, "stdin", {
    value: Readable.from([Buffer.from(input)]),
    configurable: true,
  });
  try {
    const code = await dispatch(args, { out, err });
    return { code, stdout, stderr };
  } finally {
    process.stdout.write = real.out;
    process.stderr.write = real.err;
    Object.defineProperty(process, "stdin", stdin);
  }
}

/** The object that `--json` ends standard output with. */
export function resultOf<T>({ code, stdout, stderr }: Called): T {
  if (code !== 0) throw new Error(`exit code ${code}: ${stderr}`);
  return JSON.parse(stdout.trimEnd().split("\n").at(-1)!) as T;
}

/** A folder for the tests of a file; it is removed after them. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "gpt-neo-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
