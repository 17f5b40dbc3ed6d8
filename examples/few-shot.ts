// Shows a model what is wanted by a few examples: sentiment, question answering, translation.
//
//   npx tsx examples/few-shot.ts [FOLDER]
//
// FOLDER is a model's, such as one of Hugging Face's GPT-Neo. Without one, a tiny model is taught for some
// seconds to know the examples' answers and little else.

import { answer, classify, pipeline, presets, train, translate } from "gpt-neo";
import { MtfError } from "mtf";

const films = [
  { text: "A feast for the eyes.", label: "good" },
  { text: "I fell asleep.", label: "bad" },
];
const capitals = [
  { question: "Capital of Spain?", answer: "Madrid" },
  { question: "Capital of Italy?", answer: "Rome" },
];
const words = [
  ["cheese", "fromage"],
  ["bread", "pain"],
] as const;

/** A model that has read nothing but what the prompts below look like. */
async function tiny() {
  const reviews = films.map(({ text, label }) => `Film: ${text}\nVerdict: ${label}\n\n`);
  const questions = capitals.map((one) => `Question: ${one.question}\nAnswer: ${one.answer}\n\n`);
  const lines = words.map(([english, french]) => `English: ${english}\nFrench: ${french}\n\n`);
  const documents = [reviews, questions, lines].flatMap((some) =>
    [some, some.toReversed()].map((order) => order.join("").repeat(60)),
  );
  const config = { ...presets.tiny!, max_position_embeddings: 256 };
  const quiet = { onNote: () => {} };
  const options = { config, data: { documents }, context: 128, steps: 250, mesh: "data:1" };
  const { model } = await train(options, quiet);
  return model;
}

const [folder] = process.argv.slice(2);
try {
  const taught = folder === undefined ? await tiny() : undefined;
  const pipe = await pipeline("text-generation", taught ?? folder!);
  try {
    const film = await classify(pipe, "A feast for the eyes.", {
      labels: ["good", "bad"],
      examples: films,
      textName: "Film",
      labelName: "Verdict",
      calibrate: true,
    });
    console.log(film.prompt);
    for (const { text, probability, prior } of film.labels) {
      console.log(`  ${text}: ${probability.toFixed(3)}, of no film ${prior!.toFixed(3)}`);
    }

    const city = await answer(pipe, "Capital of Italy?", { examples: capitals, maxNewTokens: 12 });
    console.log(`\n${city.prompt}\n  ${city.answer}`);

    const languages = { from: "English", to: "French" };
    const word = await translate(pipe, "bread", {
      ...languages,
      examples: words,
      maxNewTokens: 12,
    });
    console.log(`\n${word.prompt}\n  ${word.translation}`);
  } finally {
    await pipe.dispose();
    await taught?.close();
  }
} catch (error) {
  console.error(error instanceof MtfError ? error.message : error);
  process.exitCode = 1;
}
