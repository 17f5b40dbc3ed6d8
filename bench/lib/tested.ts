import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "vitest";

export const runner: string = fileURLToPath(new URL("../run.mjs", import.meta.url));

/** What a benchmark prints, in sizes that take seconds. */
export async function lines(...args: string[]): Promise<readonly Record<string, unknown>[]> {
  const call = [runner, ...args, "--quick", "--json"];
  const { stdout } = await promisify(execFile)(process.execPath, call);
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

export const positive: unknown = expect.toSatisfy(
  (x) => typeof x === "number" && x > 0,
  "a positive number",
);
