import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { savedAccordingTo } from "../run-mark.ts";
import { claimFolder } from "./claim.ts";

const folder = mkdtempSync(join(tmpdir(), "claim-"));
afterAll(() => rmSync(folder, { recursive: true }));

it("what a run remembers is written when it changes, and only then", async () => {
  const out = join(folder, "run");
  const begun = { folder, options: {}, config: { training: {} } };
  const claim = await claimFolder({ out });
  const log = await claim.open(begun);
  // Whatever writes the file anew makes another.
  const file = (): number => statSync(join(out, "run.json")).ino;
  const first = file();
  // Another file, so that its number is not the next one's.
  writeFileSync(join(folder, "other"), "");
  await claim.remember(begun, undefined);
  expect(file()).toBe(first);
  await claim.remember(begun, 3);
  expect([file() === first, await savedAccordingTo(out)]).toEqual([false, 3]);
  const other = { ...begun, options: { keep: 5 } };
  const second = file();
  await claim.remember(other, 3);
  expect(file()).not.toBe(second);
  await log.close();
  await claim.release();
});
