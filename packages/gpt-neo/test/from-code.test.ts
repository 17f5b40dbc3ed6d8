import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { evaluator } from "../src/eval/evaluator.ts";
import {
  evaluate,
  generate,
  generateText,
  type LoadedModel,
  loadModel,
  score,
  train,
} from "../src/index.ts";
import { few, layouts, someOf } from "./hugging-face/layouts.ts";
import { callHere, temporaryFolder } from "./support/cli.ts";
import { fixture } from "./support/expected.ts";
import { someText } from "./support/runs.ts";

// A loaded model, in a program of one's own.

const tiny = fixture("weights/safetensors/one");
const folder = temporaryFolder();
/** One that knows bytes. */
const reader = join(folder, "reader");
const greedy = { sampling: { kind: "greedy" } } as const;

beforeAll(async () => {
  const text = join(folder, "text.txt");
  writeFileSync(text, someText(4000));
  const data = ["--config", "tiny", "--data", text, "--out", reader, "--steps", "20"];
  await callHere("train", ...data, "--mesh", "data:1", "--runtime", "simulator", "--json");
});

async function withModel<T>(
  path: string,
  use: (model: LoadedModel) => Promise<T>,
  where: object = { mesh: "data:1" },
): Promise<T> {
  const model = await loadModel(path, { runtime: "simulator", ...where });
  try {
    return await use(model);
  } finally {
    await model.close();
  }
}

async function gathered<T>(stream: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const one of stream) all.push(one);
  return all;
}

it("a text comes in pieces, which are the text of its ids", async () => {
  await withModel(reader, async (model) => {
    const settings = { ...greedy, maxNewTokens: 30 };
    const pieces = await gathered(generateText(model, "the whale swam", settings));
    const prompt = [...model.tokenizer!.encode("the whale swam")];
    const ids = await gathered(generate(model, prompt, settings));
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.join("")).toBe(model.tokenizer!.decode(ids));
  });
});

it("whoever breaks out, or aborts, leaves nothing on the devices but the model", async () => {
  await withModel(tiny, async (model) => {
    const held = async () => (await model.devices.usage())[0]!.buffers;
    const before = await held();
    for await (const _ of generate(model, [1, 2, 3], greedy)) break;
    expect(await held()).toBe(before);
    const controller = new AbortController();
    const made: number[] = [];
    const aborted = async () => {
      for await (const id of generate(model, [1, 2], { ...greedy, signal: controller.signal })) {
        made.push(id);
        if (made.length === 3) controller.abort(new Error("that will do"));
      }
    };
    await expect(aborted()).rejects.toThrow("that will do");
    expect(made).toHaveLength(3);
    expect(await held()).toBe(before);
  });
});

it("one model continues, scores and evaluates, any number of rows", async () => {
  await withModel(tiny, async (model) => {
    const [alone] = await score(model, [1, 2, 3], [[4, 5]]);
    const some = await score(model, [1, 2, 3], [[9], [4, 5], [7, 8, 9, 10]]);
    expect(some.map(({ tokens }) => tokens)).toEqual([1, 2, 4]);
    expect(some[1]!.logLikelihood).toBeCloseTo(alone!.logLikelihood, 5);
    const window = { tokens: Int32Array.of(1, 2, 3, 4), labels: Int32Array.of(-100, -100, 4, 5) };
    const { loss } = await evaluator(model, 3).score([window]);
    expect(alone!.logLikelihood).toBeCloseTo(-loss, 5);
    const [likeliest] = await gathered(generate(model, [1, 2, 3], { ...greedy, maxNewTokens: 1 }));
    const all = Array.from({ length: model.config.vocab_size }, (_, id) => [id]);
    const scores = await score(model, [1, 2, 3], all);
    const best = Math.max(...scores.map(({ logLikelihood }) => logLikelihood));
    expect(scores[likeliest!]!.logLikelihood).toBe(best);
    const whole = scores.reduce((sum, { logLikelihood }) => sum + Math.exp(logLikelihood), 0);
    expect(whole).toBeCloseTo(1, 5);
  });
});

it("documents are evaluated as they are scored", async () => {
  await withModel(tiny, async (model) => {
    const documents = [[1, 2, 3, 4], Int32Array.of(9, 8), [7]];
    const [first, second] = [
      (await score(model, [1], [[2, 3, 4]]))[0]!,
      (await score(model, [9], [[8]]))[0]!,
    ];
    const seen: number[] = [];
    const onProgress = ({ tokens }: { tokens: number }) => seen.push(tokens);
    const { loss, tokens, perplexity } = await evaluate(model, documents, { onProgress });
    expect(tokens).toBe(4);
    expect(loss).toBeCloseTo(-(first.logLikelihood + second.logLikelihood) / 4, 5);
    expect(perplexity).toBe(Math.exp(loss));
    expect(seen).toEqual([3, 4]);
    const long = Array.from({ length: 50 }, (_, i) => (i * 7) % 97);
    expect((await evaluate(model, [long])).tokens).toBe(48);
    expect((await evaluate(model, [long], { stride: 16 })).tokens).toBe(49);
    const signal = AbortSignal.abort(new Error("that will do"));
    await expect(evaluate(model, [long], { signal })).rejects.toThrow("that will do");
  });
  await withModel(reader, async (model) => {
    async function* texts() {
      yield "the whale swam";
      yield "under a white ship";
    }
    expect((await evaluate(model, texts())).tokens).toBe(13 + 17);
  });
});

it("of a longer text than a model sees, it scores by the end", async () => {
  await withModel(tiny, async (model) => {
    const long = Array.from({ length: 50 }, (_, i) => (i * 7) % 97);
    const [given] = await score(model, long, [[5, 6]]);
    const [end] = await score(model, long.slice(-model.context + 1), [[5, 6]]);
    expect(given!.logLikelihood).toBe(end!.logLikelihood);
  });
});

describe("scores", async () => {
  const scores = (where: object) =>
    withModel(tiny, (model) => score(model, [5, 6, 7], [[8, 9], [10]]), where);
  const expected = await scores({ mesh: "data:1" });

  it.each(someOf(Object.keys(layouts), few))("alike on every layout, %s", async (name) => {
    const { mesh, layout, storage } = layouts[name]!;
    const given = await scores({ mesh, layout, storage });
    given.forEach(({ logLikelihood }, i) => {
      expect(logLikelihood).toBeCloseTo(expected[i]!.logLikelihood, 4);
    });
  });
});

it("says what it cannot score or continue", async () => {
  await withModel(tiny, async (model) => {
    const message = (promise: Promise<unknown>) => promise.then(String, (e: Error) => e.message);
    expect(await message(score(model, [1], [[]]))).toMatchInlineSnapshot(
      `"[bad-argument] score: the continuation [] is empty."`,
    );
    expect(await message(score(model, [], [[1]]))).toMatchInlineSnapshot(`
      "[bad-argument] score: the context has no ids.
        vocabulary  0 to 96"
    `);
    expect(await message(score(model, [1], [[2, 97]]))).toMatchInlineSnapshot(`
      "[bad-argument] score: 97 is no id of the model.
        vocabulary  0 to 96"
    `);
    expect(await message(score(model, [1], [new Array(40).fill(3)]))).toMatchInlineSnapshot(`
      "[bad-argument] score: the continuation [3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3,3 is too long.
        ids    40
        model  sees 32 at once"
    `);
    expect(await message(score(model, "text", ["more"]))).toMatchInlineSnapshot(`
      "[bad-argument] the model's folder has no tokenizer.
        try  loadModel(folder, { tokenizer: "gpt2" })
        try  generate(model, ids) for ids instead of text"
    `);
    expect(await message(gathered(generateText(model, "text")))).toMatchInlineSnapshot(`
      "[bad-argument] the model's folder has no tokenizer.
        try  loadModel(folder, { tokenizer: "gpt2" })
        try  generate(model, ids) for ids instead of text"
    `);
    expect(await message(evaluate(model, [[1]]))).toMatchInlineSnapshot(
      `"[bad-argument] the data have nothing to predict."`,
    );
    expect(await message(evaluate(model, ["text"]))).toMatchInlineSnapshot(`
      "[bad-argument] the model's folder has no tokenizer.
        try  loadModel(folder, { tokenizer: "gpt2" })
        try  generate(model, ids) for ids instead of text"
    `);
    expect(await message(evaluate(model, [[1, 97]]))).toMatchInlineSnapshot(`
      "[bad-argument] document 1 has 97, which is no id of the model.
        vocabulary  0 to 96"
    `);
    expect(await message(evaluate(model, [[1, 2]], { stride: 33 }))).toMatchInlineSnapshot(`
      "[bad-argument] evaluate: a stride of 33 would leave out ids.
        try  1 to 32, the model's context"
    `);
    expect(await score(model, [1], [])).toEqual([]);
  });
});

it("an option that nobody reads is refused by name, and the one that was meant is named", async () => {
  const misspelt = (call: Promise<unknown>) => call.then(String, String);
  const options = { config: "tiny", data: ["book.txt"], batch_size: 4 };
  const loading = { runtime: "simulator", contxt: 8 } as const;
  const settings = { ...greedy, maxTokens: 3 };
  const windows = { stride: 8, onprogress: () => {} };
  const errors = [
    await misspelt(train(options)),
    await misspelt(loadModel(reader, loading)),
    await withModel(reader, (model) => misspelt(gathered(generateText(model, "a", settings)))),
    await withModel(reader, (model) => misspelt(evaluate(model, ["a b"], windows))),
  ];
  expect(errors.join("\n")).toMatchInlineSnapshot(`
    "MtfError: [bad-argument] train: there is no option "batch_size".
      options  backend, batchSize, cache, config, context, data, deterministic, evalBatches, evalEvery, experts, fastReduce, gradAccumulation, inputFormat, keep, keepEvery, layout, log, lr, machine, mesh, model, moeLayers, noCrossDocument, optimizer, out, peak, profile, recompute, resetPositions, resume, runtime, sampleEvery, saveEvery, seed, set, special, steps, storage, textKey, tokenizer, validationData, validationShare, withOptimizer, zstdWindow
      try      batchSize
    MtfError: [bad-argument] loadModel: there is no option "contxt".
      options  backend, context, deterministic, dtype, fastReduce, layout, mesh, runtime, storage, tokenizer
      try      context
    MtfError: [bad-argument] generateText: there is no option "maxTokens".
      options  badWordsIds, beginSuppressTokens, doSample, draft, draftTokens, earlyStopping, endOfText, enough, entmaxAlpha, eosTokenId, epsilonCutoff, etaCutoff, exponentialDecayLengthPenalty, forcedBosTokenId, forcedEosTokenId, lengthPenalty, maxNewTokens, minLength, minNewTokens, minP, noRepeatNgramSize, numBeams, numReturnSequences, renormalizeLogits, repetitionPenalty, sampling, seed, sequenceBias, signal, slide, special, stopStrings, suppressTokens, temperature, topH, topK, topP, typicalP
      try      maxNewTokens
    MtfError: [bad-argument] evaluate: there is no option "onprogress".
      options  onProgress, signal, stride
      try      onProgress"
  `);
});
