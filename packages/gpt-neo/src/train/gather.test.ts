import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineMesh, placeholder } from "mtf";
import { saveCheckpoint } from "mtf/checkpoint";
import { simulator } from "mtf/simulator";
import { afterAll, beforeAll, expect, it } from "vitest";
import { run } from "../cli/run/gather.ts";
import { lockFolder } from "../lock/index.ts";
import { gatherRun } from "./gather.ts";

const folder = mkdtempSync(join(tmpdir(), "gather-"));
const [here, there, empty] = ["here", "there", "empty"].map((name) => join(folder, name)) as [
  string,
  string,
  string,
];
const step = "checkpoints/step-2";
beforeAll(async () => {
  const devices = await simulator(defineMesh({}));
  const two = await devices.put(placeholder([]) as never, { split: {}, partial: [] }, 2);
  mkdirSync(join(here, "checkpoints"), { recursive: true });
  await saveCheckpoint(join(here, step), { step: two }, {});
  await devices.close();
  cpSync(here, there, { recursive: true });
  mkdirSync(empty);
});
afterAll(() => rmSync(folder, { recursive: true }));

it("a folder that can have nothing to bring is refused, whatever is lacking", async () => {
  await expect(gatherRun(here, [empty])).rejects.toThrow(`${empty} holds no checkpoints`);
  await expect(gatherRun(here, [`${here}/`])).rejects.toThrow("to be gathered from itself");
  await expect(gatherRun(here, [join(folder, "none")])).rejects.toThrow("none is not there");
  await expect(gatherRun(empty, [there])).rejects.toThrow(`${empty} holds no checkpoints`);
});

it("a run that goes on in another process is left alone", async () => {
  const lock = await lockFolder(here);
  const part = readdirSync(join(here, step)).find((name) => name.endsWith(".safetensors"))!;
  rmSync(join(here, step, part));
  await expect(gatherRun(here, [there])).rejects.toThrow(`${here} is in use by process`);
  expect(existsSync(join(here, step, part))).toBe(false);
  lock.release();
  expect(await gatherRun(here, [there])).toEqual({ out: here, steps: [2], files: 1 });
  expect(readdirSync(here)).toEqual(["checkpoints"]);
});

it("where nothing was lacking, the command says so", async () => {
  const real = process.stderr.write;
  let told = "";
  process.stderr.write = ((text: string) => {
    told += text;
    return true;
  }) as typeof real;
  try {
    expect(await run({ from: [there], to: here })).toMatchObject({ files: 0 });
  } finally {
    process.stderr.write = real;
  }
  expect(told).toBe(`${here} lacked nothing: 1 checkpoint was whole before\n`);
});
