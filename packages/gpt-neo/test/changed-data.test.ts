import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { train } from "../src/train/train.ts";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { someText } from "./support/runs.ts";

// A run that goes on tells if its data are not those that it has trained on, even if they are as many.

const folder = temporaryFolder();
const at = (name: string): string => join(folder, name);
const text = at("text.txt");
const out = at("run");

const to = async (steps: number, ...more: readonly string[]): Promise<string> => {
  const where = ["--mesh", "data:1", "--runtime", "simulator", "--json", "--out", out];
  const called = await callHere("train", ...where, "--steps", `${steps}`, ...more);
  resultOf(called);
  return called.stderr.replaceAll(folder, "…");
};

it("files that hold something else are told, with what to do", async () => {
  writeFileSync(text, someText(5000));
  writeFileSync(at("held.txt"), someText(500));
  const given = ["--config", "tiny", "--data", text, "--validation-data", at("held.txt")];
  await to(1, ...given);
  expect(await to(2, "--resume")).not.toMatch(/has changed|was written anew/);
  writeFileSync(text, someText(5000).toUpperCase());
  const told = await to(3, "--resume");
  expect(told).toContain(
    "what data holds has changed since: some of it may be trained on twice or never; put it back, or " +
      "go on with --model …/run with another --out\n",
  );
  expect(told).not.toContain("validation_data");
  writeFileSync(at("held.txt"), someText(500).toUpperCase());
  const best = "…/run/checkpoints/step-3";
  expect(await to(4, "--resume")).toContain(
    "what validation_data holds has changed since\n" +
      "validation losses cannot be compared with those before: the best checkpoint is looked for anew, " +
      `and ${best} is kept until one is validated\n`,
  );
});

it("documents that are others are told", async () => {
  const options = (documents: readonly string[]) => ({
    ...({ config: "tiny", mesh: "data:1", runtime: "simulator", out: at("documents") } as const),
    data: { documents },
  });
  const documents = [someText(4000), someText(2000)];
  const notes: string[] = [];
  const onNote = (line: string) => notes.push(line);
  await train({ ...options(documents), steps: 1 });
  await train({ ...options(documents), steps: 2, resume: true }, { onNote });
  expect(notes.join("\n")).not.toContain("has changed");
  const others = documents.map((document) => document.toUpperCase());
  await train({ ...options(others), steps: 3, resume: true }, { onNote });
  expect(notes.join("\n")).toContain("what data holds has changed since");
});
