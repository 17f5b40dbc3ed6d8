import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { checkCanSave } from "./can-save.ts";
import { removeUnfinished } from "./checkpoint.ts";

const folder = mkdtempSync(join(tmpdir(), "can-save-"));
const out = join(folder, "run");
const checkpoints = join(out, "checkpoints");
beforeEach(() => {
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out);
});
afterAll(() => rmSync(folder, { recursive: true }));

it("leaves an empty folder where checkpoints can be written", async () => {
  await checkCanSave(out);
  await checkCanSave(out);
  expect(readdirSync(out, { recursive: true })).toEqual(["checkpoints"]);
});

it("names a file in its place, and a link to nowhere", async () => {
  writeFileSync(checkpoints, "");
  await expect(checkCanSave(out)).rejects.toThrow(`${checkpoints} is a file, not a folder`);
  rmSync(checkpoints);
  symlinkSync(join(folder, "nowhere"), checkpoints);
  await expect(checkCanSave(out)).rejects.toThrow(`${checkpoints} is a link to what is not there`);
});

// Not even root can write there.
it.runIf(existsSync("/proc/self/net"))("names a folder that takes no files", async () => {
  symlinkSync("/proc/self/net", checkpoints);
  await expect(checkCanSave(out)).rejects.toThrow(`${checkpoints} cannot be written: `);
});

it("may lose its file to the process that clears up after a run that was killed", async () => {
  for (let i = 0; i < 300; i++) await Promise.all([checkCanSave(out), removeUnfinished(out)]);
});
