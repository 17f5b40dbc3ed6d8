import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, expect, it } from "vitest";
import { stopFile } from "./stop-file.ts";

const folder = mkdtempSync(join(tmpdir(), "stop-"));
const path = join(folder, "stop");
beforeEach(() => rmSync(path, { recursive: true, force: true }));
afterAll(() => rmSync(folder, { recursive: true }));

it("asks once it is there, and is removed; one from before asks nothing", () => {
  writeFileSync(path, "");
  const told: string[] = [];
  const asked = stopFile(folder, (found) => told.push(found));
  expect([asked.isThere(), existsSync(path)]).toEqual([false, false]);
  writeFileSync(path, "");
  expect([asked.isThere(), asked.isThere(), existsSync(path)]).toEqual([true, true, false]);
  expect(told).toEqual([path]);
});

it("where a folder has its name, no run begins", () => {
  mkdirSync(path);
  expect(() => stopFile(folder, () => undefined)).toThrow(`${path} is a folder`);
});

it("a folder of its name that comes later asks as well, and the run ends as it would", () => {
  const asked = stopFile(folder, () => undefined);
  mkdirSync(path);
  expect([asked.isThere(), asked.isThere()]).toEqual([true, true]);
});
