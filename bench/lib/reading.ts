import { spawnSync } from "node:child_process";
import { closeSync, fsyncSync, openSync, readSync } from "node:fs";

/** Seconds that it takes to read a file once, from beginning to end. */
export function secondsToRead(path: string): number {
  const file = openSync(path, "r");
  const bytes = Buffer.alloc(1 << 24);
  const since = performance.now();
  while (readSync(file, bytes) > 0);
  const seconds = (performance.now() - since) / 1000;
  closeSync(file);
  return seconds;
}

/** Has the system forget what it holds of a file in memory, so that it is read from the disk. */
export function forget(path: string): boolean {
  // What is not yet written cannot be forgotten.
  const file = openSync(path, "r+");
  fsyncSync(file);
  closeSync(file);
  const args = [`if=${path}`, "iflag=nocache", "count=0", "status=none"];
  return spawnSync("dd", args, { stdio: "ignore" }).status === 0;
}
