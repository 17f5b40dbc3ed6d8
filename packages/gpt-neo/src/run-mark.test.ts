import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import {
  begunWithOf,
  checkRunVersion,
  damageOfMark,
  isRunFolder,
  markRunFolder,
  savedAccordingTo,
} from "./run-mark.ts";

const folder = mkdtempSync(join(tmpdir(), "run-mark-"));
const file = join(folder, "run.json");
afterAll(() => rmSync(folder, { recursive: true }));

const begun = { folder: "/a", options: { keep: 3 }, config: { training: { steps: 12 } } };

it("of every byte of it that changes, it is known", async () => {
  await markRunFolder(folder, begun, 7);
  expect(await damageOfMark(folder)).toBeUndefined();
  expect(await begunWithOf(folder)).toEqual(begun);
  expect(await savedAccordingTo(folder)).toBe(7);
  const whole = readFileSync(file);
  for (let at = 0; at < whole.length - 1; at++) {
    const bytes = Buffer.from(whole);
    bytes[at]! ^= 4;
    writeFileSync(file, bytes);
    expect([at, await damageOfMark(folder)]).toEqual([at, expect.any(String)]);
    expect(await savedAccordingTo(folder)).toBeUndefined();
    expect(await begunWithOf(folder)).toBeUndefined();
  }
  // A run is known to be one, whatever has become of what it remembers.
  writeFileSync(file, whole.toString().replace('"keep":3', '"keep":9'));
  expect([await isRunFolder(folder), await checkRunVersion(folder)]).toEqual([true, undefined]);
});

it("another file of that name is no damaged one", async () => {
  writeFileSync(file, JSON.stringify({ hidden_size: 32, training: { steps: 3 } }));
  expect([await damageOfMark(folder), await isRunFolder(folder)]).toEqual([undefined, false]);
});

it("one without a checksum is read as it is, and white space is no damage", async () => {
  const older = { format: "gpt-neo run", version: 3, saved: 7, begunWith: begun };
  writeFileSync(file, JSON.stringify(older));
  expect([await damageOfMark(folder), await savedAccordingTo(folder)]).toEqual([undefined, 7]);
  await markRunFolder(folder, begun, 8);
  writeFileSync(file, JSON.stringify(JSON.parse(readFileSync(file, "utf8")), null, 2));
  expect([await damageOfMark(folder), await savedAccordingTo(folder)]).toEqual([undefined, 8]);
});
