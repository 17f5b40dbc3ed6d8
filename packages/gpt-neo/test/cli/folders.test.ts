import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { type Called, callHere, temporaryFolder } from "../support/cli.ts";
import { someText } from "../support/runs.ts";

// Data in a folder that is written to, too.

const folder = temporaryFolder();
mkdirSync(join(folder, ".ipynb_checkpoints"));
writeFileSync(join(folder, "text.txt"), someText(2000));
writeFileSync(join(folder, ".ipynb_checkpoints", "text-checkpoint.txt"), someText(2000));
symlinkSync(folder, join(folder, "round"));

const told = ({ stderr }: Called): readonly string[] =>
  stderr
    .replaceAll(`${folder}/`, "")
    .split("\n")
    .filter((line) => line.startsWith("left out"));

const here = [
  "left out .ipynb_checkpoints: hidden",
  "left out run: written by this command",
  "left out round: read already",
];
const model = join(folder, "run");
const one = ["--mesh", "data:1", "--runtime", "simulator"];

it("a run is no data of itself, nor of what comes after", async () => {
  const train = ["train", "--config", "tiny", "--data", folder, "--context", "16", ...one];
  const run = [...train, "--log", "tensorboard", "--out", model];
  const first = await callHere(...run, "--steps", "1");
  expect([first.code, told(first)]).toEqual([0, here]);
  const resumed = await callHere(...run, "--steps", "2", "--resume");
  expect([resumed.code, told(resumed)]).toEqual([0, here]);
  expect(resumed.stderr).toContain("changed since: steps");
  expect(resumed.stderr).not.toContain("data_tokens");
  const another = await callHere(...train, "--steps", "1", "--out", join(folder, "another"));
  expect(told(another)).toContain("left out run: a run's folder");
  const measured = await callHere("eval", "--model", model, "--data", folder, ...one);
  expect(told(measured)).toContain("left out another, run: a run's folder");
});

it("ids are no data of the same call once more", async () => {
  const out = join(folder, "ids");
  const tokenize = ["tokenize", "--data", folder, "--out", out, "--output-format", "bin"];
  const rest = ["--tokenizer", "bytes", "--workers", "0"];
  for (const _ of ["first", "again"]) {
    const called = await callHere(...tokenize, ...rest);
    expect(called.code).toBe(0);
    expect(told(called)).toContain("left out another, run: a run's folder");
  }
  const shown = await callHere("cat", join(folder, "round"));
  expect(told(shown)).toContain("left out round/.ipynb_checkpoints: hidden");
});
