import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  answer,
  classify,
  generateText,
  type LoadedModel,
  loadModel,
  pipeline,
  presets,
  score,
  type TextGenerationPipeline,
  translate,
} from "../src/index.ts";
import { callHere, temporaryFolder } from "./support/cli.ts";
import { someText } from "./support/runs.ts";

// Prompts of a few examples, and what a model makes of them.

const folder = temporaryFolder();
let model: LoadedModel;
let pipe: TextGenerationPipeline;

beforeAll(async () => {
  const [text, config, run] = ["text.txt", "config.json", "run"].map((name) => join(folder, name));
  writeFileSync(text!, someText(4000));
  const { training, ...rest } = presets.tiny!;
  const long = { ...rest, max_position_embeddings: 256, training: { ...training, context: 256 } };
  writeFileSync(config!, JSON.stringify(long));
  const data = ["--config", config!, "--data", text!, "--out", run!, "--steps", "6"];
  const { stderr, code } = await callHere(
    ...["train", ...data, "--mesh", "data:1", "--runtime", "simulator", "--json"],
  );
  expect([code, stderr.match(/gpt-neo:.*/)]).toEqual([0, null]);
  model = await loadModel(run!, { mesh: "data:1", runtime: "simulator" });
  pipe = await pipeline("text-generation", model);
});
afterAll(() => model.close());

const labels = ["good", "bad"];
const examples = [
  { text: "A feast.", label: "good" },
  { text: "I slept.", label: "bad" },
];

it("classifies by what goes on best with a prompt of examples", async () => {
  const found = await classify(pipe, "It was long.", {
    ...{ labels, examples, instruction: "Is the film good?", textName: "Film" },
  });
  expect(found.prompt).toBe(
    [
      "Is the film good?",
      "Film: A feast.\nLabel: good",
      "Film: I slept.\nLabel: bad",
      "Film: It was long.\nLabel:",
    ].join("\n\n"),
  );
  const [good, bad] = await score(model, found.prompt, [" good", " bad"]);
  const [pg, pb] = [Math.exp(good!.logLikelihood), Math.exp(bad!.logLikelihood)];
  const byText = new Map(found.labels.map((one) => [one.text, one]));
  expect(byText.get("good")!.probability).toBeCloseTo(pg / (pg + pb), 6);
  expect(byText.get("bad")!.probability).toBeCloseTo(pb / (pg + pb), 6);
  expect(byText.get("bad")!.logLikelihood).toBeCloseTo(bad!.logLikelihood, 5);
  expect(found.label).toBe(pg > pb ? "good" : "bad");
  expect(found.probability).toBe(found.labels[0]!.probability);
  expect(found.contentFreePrompts).toBeUndefined();
});

it("calibrates by the mean of what texts without content get", async () => {
  const plain = await classify(pipe, "It was long.", { labels, examples });
  const found = await classify(pipe, "It was long.", { labels, examples, calibrate: true });
  expect(found.prompt).toBe(plain.prompt);
  const without = ["N/A", "[MASK]", ""].map((text) =>
    plain.prompt.replace("Text: It was long.", text === "" ? "Text:" : `Text: ${text}`),
  );
  expect(found.contentFreePrompts).toEqual(without);
  let prior = 0;
  for (const prompt of without) {
    const [good, bad] = await score(model, prompt, [" good", " bad"]);
    const [pg, pb] = [Math.exp(good!.logLikelihood), Math.exp(bad!.logLikelihood)];
    prior += pg / (pg + pb) / without.length;
  }
  const before = plain.labels.find(({ text }) => text === "good")!.probability;
  const [forGood, forBad] = [before / prior, (1 - before) / (1 - prior)];
  const good = found.labels.find(({ text }) => text === "good")!;
  expect(good.prior).toBeCloseTo(prior, 6);
  expect(good.probability).toBeCloseTo(forGood / (forGood + forBad), 6);
});

it("a text without content, calibrated by itself, is of no class more than of another", async () => {
  const settings = { labels: ["a", "bb", "ccc"], examples, calibrate: ["N/A"] };
  const { labels: found } = await classify(pipe, "N/A", settings);
  for (const { probability } of found) expect(probability).toBeCloseTo(1 / 3, 6);
});

it("answers with the likeliest line, or with the likeliest of some choices", async () => {
  const settings = {
    context: "Rome is in Italy.",
    examples: [{ context: "Paris is in France.", question: "Where is Paris?", answer: "France" }],
    maxNewTokens: 9,
  };
  const found = await answer(pipe, "Where is Rome?", settings);
  expect(found.prompt).toBe(
    [
      "Text: Paris is in France.\nQuestion: Where is Paris?\nAnswer: France",
      "Text: Rome is in Italy.\nQuestion: Where is Rome?\nAnswer:",
    ].join("\n\n"),
  );
  let line = "";
  const greedy = { doSample: false, maxNewTokens: 9, stopStrings: "\n" };
  for await (const piece of generateText(model, found.prompt, greedy)) line += piece;
  expect(found.answer).toBe(line.trim());
  const choices = ["Italy", "France"];
  const chosen = await answer(pipe, "Where is Rome?", { ...settings, choices, calibrate: true });
  expect(chosen.prompt).toBe(found.prompt);
  expect(chosen.answer).toBe(chosen.choices![0]!.text);
  expect(chosen.contentFreePrompts![0]).toBe(found.prompt.replace("Where is Rome?", "N/A"));
});

it("translates with the likeliest line", async () => {
  const examples = [["cheese", "fromage"]] as const;
  const settings = { from: "English", to: "French", examples, maxNewTokens: 5 };
  const { prompt, translation } = await translate(pipe, "bread", settings);
  expect(prompt).toBe("English: cheese\nFrench: fromage\n\nEnglish: bread\nFrench:");
  const [made] = await pipe(prompt, { maxNewTokens: 5, stopStrings: "\n", returnFullText: false });
  expect(translation).toBe(made!.generated_text.trim());
});

it("a signal ends them", async () => {
  const signal = AbortSignal.abort(new Error("that will do"));
  await expect(classify(pipe, "a", { labels, signal })).rejects.toThrow("that will do");
  await expect(translate(pipe, "a", { from: "A", to: "B", signal })).rejects.toThrow(
    "that will do",
  );
});

it("says what it cannot do", async () => {
  const message = (call: Promise<unknown>) => call.then(() => "none", String);
  const long = "word ".repeat(60);
  const errors = [
    await message(classify(pipe, "a", { labels: [] })),
    await message(classify(pipe, "a", { labels: ["good", "good"] })),
    await message(classify(pipe, "a", { labels, calibrate: [] })),
    await message(classify(pipe, long, { labels })),
    await message(classify(pipe, "a", { labels: [long] })),
    await message(answer(pipe, "a", { calibrate: true })),
    await message(translate(pipe, long, { from: "English", to: "French" })),
    await message(translate(pipe, "a", { from: "A", to: "B", temprature: 1 } as never)),
  ];
  expect(errors.join("\n")).toMatchInlineSnapshot(`
    "MtfError: [bad-argument] there is nothing to choose from.
      try  ["positive", "negative"]
    MtfError: [bad-argument] the choice "good" is there twice.
      try  ["positive", "negative"]
    MtfError: [bad-argument] calibrate: there is no text to calibrate by.
      try  calibrate: ["N/A"]
      try  calibrate: true
    MtfError: [bad-argument] the model does not see the whole prompt.
      prompt  313 ids
      model   sees 256 at once
      try     fewer or shorter examples
    MtfError: [bad-argument] score: the continuation " word word word word word word word wor is too long.
      ids    301
      model  sees 256 at once
    MtfError: [bad-argument] answer: calibrate is for an answer among choices.
      try  choices: ["yes", "no"]
    MtfError: [bad-argument] the model does not see the whole prompt.
      prompt  317 ids
      model   sees 256 at once
      try     fewer or shorter examples
    MtfError: [bad-argument] translate: there is no option "temprature".
      options  examples, from, instruction, maxNewTokens, signal, to"
  `);
});
