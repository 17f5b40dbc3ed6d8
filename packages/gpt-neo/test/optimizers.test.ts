import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { optimizerNames } from "../src/config/index.ts";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { logOf, someText } from "./support/runs.ts";

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
writeFileSync(at("text.txt"), someText(3000));
const plain = ["--mesh", "data:1", "--runtime", "simulator", "--json"];
const split = ["--mesh", "data:2,model:2", "--storage", "embd:data", "--runtime", "simulator"];
const command = ["train", "--config", "tiny", "--data", at("text.txt"), "--context", "16"];

it.each(optimizerNames)("%s learns, resumes as it was, and is the same on a mesh", async (name) => {
  const steps = (count: number, out: string, ...more: string[]) =>
    callHere(
      ...[...command, "--optimizer", name, "--lr", "0.01", "--batch-size", "4"],
      ...["--steps", `${count}`, "--set", "warmup_steps=1", "decay_steps=8"],
      ...["--out", at(`${name}-${out}`), ...more],
    );
  const whole = resultOf(await steps(8, "whole", ...plain));
  expect(whole).toMatchObject({ step: 8, finished: true });
  resultOf(await steps(4, "parts", ...plain));
  const rest = ["--out", at(`${name}-parts`), "--resume", "--steps", "8", "--json"];
  resultOf(await callHere("train", ...rest));
  resultOf(await steps(8, "split", ...split, "--json"));
  const losses = (out: string) => logOf(at(`${name}-${out}`)).map(({ loss }) => loss as number);
  const [one, two, mesh] = ["whole", "parts", "split"].map(losses);
  expect(one![7]! - one![0]!).toBeLessThan(-0.05);
  expect(two).toEqual(one);
  for (const [i, loss] of one!.entries()) expect(mesh![i]).toBeCloseTo(loss, 4);
});

it("what an optimizer keeps beside cannot be begun in between, and the error says what to do", async () => {
  const on = (run: string, ...set: readonly string[]) =>
    callHere("train", "--out", at(run), "--resume", "--steps", "9", "--set", ...set);
  // It is said before data are opened.
  expect(
    (await on("adamw-whole", "ema=0.9")).stderr.replaceAll(folder, "FOLDER"),
  ).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] the run's checkpoint has not kept what its steps need now.
      checkpoint  FOLDER/adamw-whole/checkpoints/step-8
      ema         unset -> 0.9
      try         --set ema=null, as it was begun
      try         --model FOLDER/adamw-whole and --out with another folder, to train its weights further with a fresh optimizer
    "
  `);
  const momentum = await on("adafactor-whole", "adafactor_momentum=0.5", "ema=0.5");
  expect(momentum.stderr).toContain("--set ema=null adafactor_momentum=null, as it was begun");
});

it("another optimizer cannot go on with a run's state", async () => {
  const out = at("adamw-whole");
  const { stderr } = await callHere(
    ...["train", "--out", out, "--resume", "--steps", "9", "--optimizer", "lion"],
  );
  expect(stderr.replaceAll(folder, "FOLDER")).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] the run's checkpoint holds adamw's state, not lion's.
      checkpoint  FOLDER/adamw-whole/checkpoints/step-8
      try         --optimizer adamw
      try         --model FOLDER/adamw-whole and --out with another folder, to train its weights further with a fresh optimizer
    "
  `);
});
