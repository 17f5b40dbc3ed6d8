// gpt-neo's generating, on one worker for each core: generate.mjs FOLDER WORKERS [DTYPE].
// In JavaScript, so that nothing but the library is loaded: the time of that is measured.

import { createInterface } from "node:readline";
import { generateEach, loadModel } from "gpt-neo";

const [folder, workers, dtype = "float32"] = process.argv.slice(2);
let since = performance.now();
const model = await loadModel(folder, { mesh: `model:${workers}`, dtype });
const loading = (performance.now() - since) / 1000;

for await (const line of createInterface({ input: process.stdin })) {
  const { prompts, tokens } = JSON.parse(line);
  const ids = prompts.map(() => []);
  let begun = 0;
  let first = 0;
  since = performance.now();
  // No id is an end: to forbid one, all logits would be read.
  const settings = { maxNewTokens: tokens, eosTokenId: [], doSample: false };
  for await (const found of generateEach(model, prompts, settings)) {
    if (found.kind !== "id") continue;
    ids[found.prompt].push(found.chosen.id);
    if (ids[found.prompt].length === 1) begun++;
    if (begun === prompts.length && first === 0) first = (performance.now() - since) / 1000;
  }
  const rest = (performance.now() - since) / 1000 - first;
  const by = model.devices.variant;
  process.stdout.write(`${JSON.stringify({ loading, first, rest, ids, by })}\n`);
}
