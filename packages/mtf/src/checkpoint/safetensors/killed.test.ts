import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, it } from "vitest";
import { draws } from "../../testing/draws.ts";
import { openModel, writeModel } from "./model.ts";

const folder = mkdtempSync(join(tmpdir(), "killed-"));
afterAll(() => rmSync(folder, { recursive: true }));

const script = fileURLToPath(new URL("../../../test/support/write-models.ts", import.meta.url));

/** Starts to write models, and is killed some time after the first. */
async function writeAndDie(into: string, counts: string, milliseconds: number): Promise<void> {
  const child = spawn(process.execPath, ["--import", "tsx", script, into, counts]);
  await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.stdout.once("data", resolve);
    child.stderr.once("data", (text) => reject(new Error(`${text}`)));
  });
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  const gone = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await gone;
}

/** The one number that all tensors of a folder's model hold; undefined if there is no model. */
async function numberIn(path: string): Promise<number | undefined> {
  const names = readdirSync(path);
  if (!names.some((name) => /^model\.safetensors(\.index\.json)?$/.test(name))) return undefined;
  const model = await openModel(path);
  const found = new Set<number>();
  for (const name of model.tensors.keys()) for (const x of await model.read(name)) found.add(x);
  expect(model.tensors.size).toBe(12);
  await model.close();
  expect(found.size).toBe(1);
  return [...found][0];
}

it.each([
  ["in one file", "1"],
  ["in as many files as before", "4,4"],
  ["in more files and fewer, and in one", "4,3,1,4,4,1,3"],
])("a model %s is never a mix of two, whenever its writer is killed", async (_, counts) => {
  const into = mkdtempSync(join(folder, "model-"));
  let left = 0;
  // Some times, and then until one was hit while it wrote.
  for (let kill = 0; kill < draws(6) || (left === 0 && kill < 60); kill++) {
    await writeAndDie(into, counts, 120 * Math.random());
    if (readdirSync(into).some((name) => name.endsWith(".tmp"))) left++;
    const number = await numberIn(into);
    if (counts === "1") expect(number).toBeGreaterThan(0);
  }
  expect(left).toBeGreaterThan(0);
  // The next one that is whole removes what was left.
  const data = new Float32Array(4).fill(9);
  const tensors = Array.from({ length: 12 }, (_, i) => `t${i}`);
  await writeModel(
    into,
    tensors.map((name) => ({ name, dtype: "F32", shape: [4], data })),
    counts === "1" ? {} : { maxShardSize: 40 },
  );
  expect(await numberIn(into)).toBe(9);
  expect(readdirSync(into).filter((name) => name.endsWith(".tmp"))).toEqual([]);
});
