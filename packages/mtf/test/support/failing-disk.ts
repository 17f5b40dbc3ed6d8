import { spawnSync } from "node:child_process";
import type * as Disk from "node:fs/promises";
import { expect } from "vitest";

// `node:fs/promises` for a test's `vi.mock`, whose calls fail, or never end, from a given one on.

/** What becomes of a call: it never ends, as if the program had been killed, or it fails. */
export type End = "killed" | "ENOSPC" | "EIO";

let left = Number.POSITIVE_INFINITY;
let end: End = "killed";
let reached: () => void = () => undefined;
const opened: Disk.FileHandle[] = [];

/** A process that is no more: what it left under its number is anybody's to remove. */
const gone = spawnSync(process.execPath, ["--version"]).pid;
const own = process.pid;

/**
 * Does some work until `calls` calls have changed the disk. Gives whether it was ended then, or
 * was done before.
 */
export async function endedAfter(
  calls: number,
  how: End,
  work: () => Promise<unknown>,
): Promise<boolean> {
  [left, end] = [calls, how];
  let wasReached = false;
  const stopped = new Promise<void>((resolve) => {
    reached = () => {
      wasReached = true;
      if (how === "killed") resolve();
    };
  });
  Object.defineProperty(process, "pid", { value: gone, configurable: true });
  try {
    const done = work();
    if (how === "killed") await Promise.race([done, stopped]);
    else {
      const error = await done.then(
        () => undefined,
        (error: unknown) => error,
      );
      if (wasReached) expect(error).toMatchObject({ code: "bad-file" });
      else expect(error).toBeUndefined();
    }
  } finally {
    left = Number.POSITIVE_INFINITY;
    Object.defineProperty(process, "pid", { value: own, configurable: true });
    for (const handle of opened.splice(0)) await handle.close().catch(() => undefined);
  }
  return wasReached;
}

/** Lets a call through, or ends it. What frees space goes on where there is none. */
async function step(frees: boolean, half?: () => Promise<unknown>): Promise<void> {
  if (left-- > 0 || (frees && end !== "killed")) return;
  await half?.();
  reached();
  if (end === "killed") await new Promise(() => undefined);
  throw Object.assign(new Error(`${end}: the disk of a test`), { code: end });
}

export function failingDisk(disk: typeof Disk): typeof Disk {
  const watched =
    <A extends readonly unknown[], R>(call: (...args: A) => Promise<R>, frees: boolean) =>
    async (...args: A): Promise<R> => {
      await step(frees);
      return call(...args);
    };
  return {
    ...disk,
    mkdir: watched(disk.mkdir as never, false) as never,
    rename: watched(disk.rename, false),
    rm: watched(disk.rm, true),
    rmdir: watched(disk.rmdir as never, true) as never,
    unlink: watched(disk.unlink, true),
    async open(path, flags, mode) {
      const writes = flags !== undefined && flags !== "r";
      if (writes) await step(false);
      const handle = await disk.open(path, flags, mode);
      // The disk is the test's own: nothing is lost with the machine's power.
      if (!writes) return Object.assign(handle, { sync: async () => undefined });
      opened.push(handle);
      const write: (bytes: Uint8Array) => Promise<unknown> = handle.write.bind(handle);
      return Object.assign(handle, {
        sync: () => step(false),
        async write(bytes: Uint8Array) {
          await step(false, () => write(bytes.subarray(0, bytes.length >> 1)));
          return write(bytes) as never;
        },
      });
    },
  };
}
