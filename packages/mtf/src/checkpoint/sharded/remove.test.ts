import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { removeCheckpoint } from "./index.ts";

const folder = mkdtempSync(join(tmpdir(), "removed-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** What is there after a folder with these files has been removed. */
async function left(name: string, ...files: readonly string[]): Promise<readonly string[]> {
  mkdirSync(join(folder, name));
  for (const file of files) writeFileSync(join(folder, name, file), "");
  await removeCheckpoint(join(folder, name));
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => path.startsWith(name))
    .sort();
}

const own = ["checkpoint.json", "device-0.safetensors", "device-12.3.safetensors"];
const drafts = own.map((file) => `.${file}.elsewhere-1-0a1b2c3d.tmp`);

it("a checkpoint is removed with its folder, and what was to be one", async () => {
  expect(await left("whole", ...own)).toEqual([]);
  expect(await left("begun", ...own.slice(1), ...drafts)).toEqual([]);
});

it("files that are not its own stay, and folders that hold none of its own", async () => {
  const others = ["device-0.safetensors.txt", "notes.txt", "model.safetensors"];
  expect(await left("shared", ...own, ...others)).toEqual(
    ["shared", ...others.map((file) => join("shared", file))].sort(),
  );
  expect(await left("empty")).toEqual(["empty"]);
  await removeCheckpoint(join(folder, "not there"));
});
