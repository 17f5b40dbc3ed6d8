// Loads a model, continues a text as it comes, and asks which of several endings is the likeliest.
//
//   npx tsx examples/05-generate-and-score.ts FOLDER [PROMPT]
//
// FOLDER is a run's (`npm start` makes runs/moby-dick), or one of Hugging Face's.

import { generateText, loadModel, score } from "gpt-neo";
import { MtfError } from "mtf";

const [folder = "runs/moby-dick", prompt = "The whale "] = process.argv.slice(2);

try {
  const model = await loadModel(folder);
  try {
    // Ctrl-C ends the text; whoever breaks out of the loop frees what it held.
    const stop = new AbortController();
    process.once("SIGINT", () => stop.abort());
    process.stdout.write(prompt);
    const sampling = { kind: "random", temperature: 0.8, topK: 40, topP: 1 } as const;
    const settings = { maxNewTokens: 60, sampling, seed: 1, signal: stop.signal };
    for await (const piece of generateText(model, prompt, settings)) process.stdout.write(piece);
    console.log("\n");

    const endings = ["swam away", "zqxj vwkk"];
    const scores = await score(model, prompt, endings);
    scores.forEach(({ logLikelihood, tokens }, i) => {
      console.log(`${(logLikelihood / tokens).toFixed(3)} per token: ${prompt}${endings[i]}`);
    });
  } finally {
    await model.close();
  }
} catch (error) {
  console.error(error instanceof MtfError ? error.message : error);
  process.exitCode = 1;
}
