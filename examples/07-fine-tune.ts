// Fine-tunes a model's folder on a text, and measures both on another one.
//
//   npx tsx examples/07-fine-tune.ts FOLDER TEXT HELD-OUT OUT
//
// FOLDER is a run's, or one of Hugging Face's. OUT is a new folder: stopped by Ctrl-C, the same call
// goes on where it was.

import { existsSync } from "node:fs";
import { evaluate, loadModel, readDocuments, train } from "gpt-neo";
import { MtfError } from "mtf";

const [folder, text, heldOut, out] = process.argv.slice(2);

/** How well the model of a folder predicts the text that it is not trained on. */
async function perplexityOf(path: string): Promise<number> {
  const model = await loadModel(path);
  try {
    return (await evaluate(model, readDocuments([heldOut!]))).perplexity;
  } finally {
    await model.close();
  }
}

try {
  if (out === undefined) throw new Error("07-fine-tune needs FOLDER TEXT HELD-OUT OUT");
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const config = { training: { learning_rate: 1e-3, steps: 40, save_every: 20 } };
  const tuned = await train(
    { model: folder!, config, data: text!, out, resume: existsSync(out) },
    {
      onNote: (line) => console.log(line),
      onCheckpoint: ({ step }) => console.log(`saved after step ${step}`),
      signal: stop.signal,
    },
  );
  if (!tuned.finished) console.log("the same call goes on");
  else {
    console.log(`perplexity before ${(await perplexityOf(folder!)).toFixed(3)}`);
    console.log(`perplexity after ${(await perplexityOf(out)).toFixed(3)}`);
  }
} catch (error) {
  console.error(error instanceof MtfError ? error.message : error);
  process.exitCode = 1;
}
