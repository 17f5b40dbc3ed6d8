import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { writeIndexed } from "../src/data/mmididx/write.ts";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { namesIn, someText } from "./support/runs.ts";

// What is held back and too much to be read before the first step may be bad. Whoever trains loses no step
// for that, and is told where it is.

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);

const shape = ["--config", "tiny", "--mesh", "data:1", "--runtime", "simulator", "--json"];
const train = (out: string, data: string, ...more: readonly string[]) =>
  callHere("train", ...shape, "--data", data, "--out", at(out), "--eval-every", "3", ...more);

it("a bad line of text that is held back ends the run with its step saved", async () => {
  const text = JSON.stringify({ text: someText(2000) });
  const lines = Array.from({ length: 8700 }, () => text);
  // In the last chunk, which is held back.
  const bad = lines.length - 20;
  const broken = lines.with(bad, `{"text": 7}${" ".repeat(text.length - 11)}`);
  const data = at("lines.jsonl");
  writeFileSync(data, broken.join("\n"));
  const called = await train("text", data, "--steps", "6");
  expect(called.code).toBe(1);
  expect(called.stderr).toContain(`${data}:${bad + 1}: `);
  expect(namesIn(join(at("text"), "checkpoints"))).toEqual(["step-3"]);

  writeFileSync(data, lines.join("\n"));
  const again = await train("text", data, "--steps", "6", "--resume");
  expect(resultOf(again)).toMatchObject({ step: 6, validationLoss: expect.any(Number) });
  expect(again.stderr).toContain("going on from step 3");
});

it("an id outside the vocabulary that is held back ends the run with its step saved", async () => {
  const data = at("ids.bin");
  await writeIndexed(data, [Array.from({ length: 100 }, () => Array<number>(100).fill(7))], {
    vocabSize: 1000,
  });
  const bytes = readFileSync(data);
  bytes.writeUInt16LE(999, bytes.length - 20);
  writeFileSync(data, bytes);
  const called = await train("ids", data, "--steps", "6");
  expect(called.code).toBe(1);
  expect(called.stderr).toContain("the id 999 is not in the vocabulary of 257");
  expect(called.stderr).toContain(`${data}, byte ${bytes.length - 20}`);
  expect(namesIn(join(at("ids"), "checkpoints"))).toEqual(["step-3"]);
});
