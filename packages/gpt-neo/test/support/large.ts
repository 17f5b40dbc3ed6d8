import { mkdtempSync, rmSync, statfsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect } from "vitest";
import { type Measured, measured } from "./measured.ts";

/** Just above what 31 bits count. */
export const twoGiB: number = 2 ** 31 + 2 ** 20;

/** What no command may go beyond, whatever it reads. */
const mostMemory = 300e6;

/** What all files that are there at the same time take. */
const neededDisk = 8.7e9;

/** Whether the disk has room; without, these tests are left out, which fails where it must not be. */
export const enoughDisk: boolean = roomFor(neededDisk);

function roomFor(bytes: number): boolean {
  const { bavail, bsize } = statfsSync(tmpdir());
  if (bavail * bsize >= bytes) return true;
  const told = `${tmpdir()} has ${Math.round((bavail * bsize) / 1e9)} GB free of ${bytes / 1e9} GB`;
  if (process.env.CI) throw new Error(`${told} that tests of large files need: set TMPDIR`);
  console.warn(`${told}: tests of large files are left out. TMPDIR says where to look for room.`);
  return false;
}

/** A folder for a file's tests, and a way to call the program in it that checks its memory. */
export function largeFolder(): {
  readonly at: (name: string) => string;
  readonly run: (...args: readonly string[]) => Promise<Measured>;
} {
  let folder = "";
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "gpt-neo-large-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return {
    at: (name) => join(folder, name),
    async run(...args) {
      const done = await measured(folder, ...args);
      if (done.code !== 0) throw new Error(`exit code ${done.code}: ${done.stderr}`);
      console.log(`${args[0]} ${args.at(-1)}: ${Math.round(done.peak / 1e6)} MB at most`);
      expect(done.peak).toBeLessThan(mostMemory);
      return done;
    },
  };
}
