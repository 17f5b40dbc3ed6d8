// Trains a small model on texts that a program makes, without a file, and lets it continue one.
//
//   npx tsx examples/06-train-from-code.ts [STEPS]
//
// Ctrl-C ends the training after its step; the model is used as it is by then.

import { generateText, score, train } from "gpt-neo";
import { MtfError } from "mtf";

const steps = Number(process.argv[2] ?? 150);

/** Sums, one a document. They could come from a database, or over the network. */
async function* sums() {
  for (let i = 0; i < 2000; i++) {
    const [a, b] = [i % 5, (i * 7) % 5];
    yield `${a} + ${b} = ${a + b}.`;
  }
}

try {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort());
  const { model, step, loss } = await train(
    { config: "tiny", data: { documents: sums() }, steps, lr: 1e-2, evalEvery: 50 },
    {
      onStep: ({ step, loss }) => {
        if (step % 10 === 0) console.log(`step ${step}: loss ${loss.toFixed(3)}`);
      },
      onValidation: ({ loss }) => console.log(`validation loss ${loss.toFixed(3)}`),
      signal: stop.signal,
    },
  );
  try {
    console.log(`ended after step ${step}, loss ${loss?.toFixed(3)}`);
    process.stdout.write("3 + 1 =");
    const settings = { doSample: false, maxNewTokens: 10 };
    for await (const piece of generateText(model, "3 + 1 =", settings)) process.stdout.write(piece);
    console.log();
    const [right, wrong] = await score(model, "2 + 2 = ", ["4", "7"]);
    const odds = Math.exp(right!.logLikelihood - wrong!.logLikelihood);
    console.log(`2 + 2 = 4 is ${odds.toFixed(1)} times as likely as 7`);
  } finally {
    await model.close();
  }
} catch (error) {
  console.error(error instanceof MtfError ? error.message : error);
  process.exitCode = 1;
}
