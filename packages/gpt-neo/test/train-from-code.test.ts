import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import {
  evaluate,
  generate,
  generateText,
  loadConfig,
  loadModel,
  presets,
  readDocuments,
  type StepEntry,
  score,
  type TrainListener,
  type TrainOptions,
  train,
  type WrittenConfig,
} from "../src/index.ts";
import { readLog } from "../src/log.ts";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { fixture } from "./support/expected.ts";

// Training in a program of one's own.

const folder = temporaryFolder();
const where = { mesh: "data:1", runtime: "simulator" } as const;
const small: WrittenConfig = {
  vocab_size: 257,
  hidden_size: 16,
  num_layers: 1,
  num_heads: 2,
  attention_types: [[["global"], 1]],
  max_position_embeddings: 16,
  training: { batch_size: 2, steps: 6, warmup_steps: 0, learning_rate: 3e-3, eval_every: 3 },
};
const texts = Array.from({ length: 40 }, (_, i) => `The whale swam ${i} times around the ship.`);

function lossesOf(entries: readonly StepEntry[]): readonly number[] {
  return entries.map(({ loss }) => loss);
}

/** Trains on something, and gives what the steps came to. */
async function lossesOn(options: Omit<TrainOptions, "out">): Promise<readonly number[]> {
  const entries: StepEntry[] = [];
  const onStep = (entry: StepEntry) => entries.push(entry);
  const { model } = await train({ config: small, ...where, ...options }, { onStep });
  await model.close();
  return lossesOf(entries);
}

it("trains on texts as they come, and the model says what it has learnt", async () => {
  let ended = false;
  async function* stream() {
    try {
      for (let i = 0; i < 300; i++) yield "The whale swam away.";
    } finally {
      ended = true;
    }
  }
  const before = readdirSync(folder);
  const seen: StepEntry[] = [];
  const validated: number[] = [];
  const { model, ...outcome } = await train(
    {
      config: "tiny",
      data: { documents: stream() },
      steps: 100,
      lr: 1e-2,
      evalEvery: 50,
      ...where,
    },
    { onStep: (entry) => seen.push(entry), onValidation: ({ step }) => validated.push(step) },
  );
  try {
    expect(ended).toBe(true);
    expect(seen.map(({ step }) => step)).toEqual(Array.from({ length: 100 }, (_, i) => i + 1));
    expect(validated).toEqual([50, 100]);
    expect(outcome).toMatchObject({ step: 100, saved: undefined, finished: true });
    expect(outcome.loss).toBe(seen.at(-1)!.loss);
    expect(outcome.validationLoss).toBe(seen.at(-1)!.validationLoss);
    let text = "";
    const settings = { sampling: { kind: "greedy" }, maxNewTokens: 40 } as const;
    for await (const piece of generateText(model, "The wh", settings)) text += piece;
    expect(text).toBe("ale swam away.");
    const [right, wrong] = await score(model, "The whale ", ["swam", "sang"]);
    expect(right!.logLikelihood).toBeGreaterThan(wrong!.logLikelihood);
    expect((await evaluate(model, ["The whale swam away."])).loss).toBeLessThan(0.5);
  } finally {
    await model.close();
  }
  expect(readdirSync(folder)).toEqual(before);
});

it("documents are trained on as a file of them is", async () => {
  const jsonl = join(folder, "texts.jsonl");
  writeFileSync(jsonl, texts.map((text) => JSON.stringify({ text })).join("\n"));
  const config = join(folder, "small.json");
  writeFileSync(config, JSON.stringify(small));
  const run = join(folder, "by-command");
  const at = ["--mesh", "data:1", "--runtime", "simulator"];
  const called = await callHere(
    ...["train", "--config", config, "--data", jsonl, "--out", run, ...at, "--json"],
  );
  resultOf(called);
  const expected = (await readLog(join(run, "log.jsonl"))).map(({ loss }) => loss);
  expect(expected).toHaveLength(6);
  expect(await lossesOn({ data: [jsonl] })).toEqual(expected);
  expect(await lossesOn({ data: { documents: texts } })).toEqual(expected);
  expect(await lossesOn({ data: { documents: new Set(texts) } })).toEqual(expected);
  expect(await lossesOn({ data: { documents: readDocuments([jsonl]) } })).toEqual(expected);
  const ids = texts.map((text) => new Uint8Array(Buffer.from(text)));
  expect(await lossesOn({ data: { documents: ids } })).toEqual(expected);
  const read = await loadConfig(config);
  expect(await lossesOn({ config: read, data: { documents: texts } })).toEqual(expected);
});

it("validates with documents of its own", async () => {
  const validationData = { documents: texts.slice(0, 3) };
  const options = { config: small, data: { documents: texts.slice(3) }, validationData, ...where };
  const { model, validationLoss } = await train(options);
  const { loss } = await evaluate(model, texts.slice(0, 3));
  await model.close();
  // Evaluation looks at each document by itself, validation at samples of them all.
  expect(Math.abs(validationLoss! - loss)).toBeLessThan(0.5);
});

it("a signal ends it after the step, saved, and it goes on as if it had not", async () => {
  const documents = texts;
  const options = { config: small, data: { documents }, ...where };
  const whole = await lossesOn(options);
  const out = join(folder, "aborted");
  const entries: StepEntry[] = [];
  const saved: unknown[] = [];
  const controller = new AbortController();
  const listener: TrainListener = {
    onStep: (entry) => {
      entries.push(entry);
      if (entry.step === 4) controller.abort();
    },
    onCheckpoint: (checkpoint) => saved.push(checkpoint),
  };
  const first = await train({ ...options, out }, { ...listener, signal: controller.signal });
  expect(first).toMatchObject({ out, step: 4, saved: 4, finished: false });
  expect(saved).toEqual([{ step: 4, folder: join(out, "checkpoints", "step-4") }]);
  const again = { resume: true, out, data: { documents } } as const;
  const second = await train(again, listener);
  expect(second).toMatchObject({ step: 6, saved: 6, finished: true });
  expect(lossesOf(entries)).toEqual(whole);
  const notes: string[] = [];
  expect(await train(again, { onNote: (line) => notes.push(line) })).toMatchObject({ step: 6 });
  expect(notes.at(-1)).toBe(`${out} is at step 6 of 6: nothing is left to do`);
});

it("without a folder, a signal leaves the model as it is by then", async () => {
  const controller = new AbortController();
  const { model, step, finished } = await train(
    { config: small, data: { documents: texts }, ...where },
    { onStep: ({ step: at }) => at === 2 && controller.abort(), signal: controller.signal },
  );
  expect({ step, finished }).toEqual({ step: 2, finished: false });
  expect((await evaluate(model, texts)).loss).toBeGreaterThan(0);
  await model.close();
});

it("a signal before the first step is thrown, and nothing is left behind", async () => {
  const out = join(folder, "never", "begun");
  const controller = new AbortController();
  let ended = false;
  function* endless() {
    try {
      for (let i = 0; ; i++) {
        if (i === 20) controller.abort(new Error("that will do"));
        yield "The whale swam.";
      }
    } finally {
      ended = true;
    }
  }
  const { signal } = controller;
  const run = train({ config: small, data: { documents: endless() }, out, ...where }, { signal });
  await expect(run).rejects.toThrow("that will do");
  expect(ended).toBe(true);
  expect(existsSync(join(folder, "never"))).toBe(false);
});

it("documents that never end let others have their turn", async () => {
  const controller = new AbortController();
  function* endless() {
    for (;;) yield "The whale swam.";
  }
  setTimeout(() => controller.abort(new Error("that will do")), 10);
  const { signal } = controller;
  const run = train({ config: small, data: { documents: endless() }, ...where }, { signal });
  await expect(run).rejects.toThrow("that will do");
});

it("what a listener throws ends the run, and the folder is free again", async () => {
  const out = join(folder, "thrown");
  const options = { config: small, data: { documents: texts }, out, ...where };
  const onStep = () => {
    throw new Error("no more");
  };
  await expect(train(options, { onStep })).rejects.toThrow("no more");
  await expect(train({ ...options, resume: true })).resolves.toMatchObject({ step: 6 });
});

it("fine-tunes a folder, and the folder it leaves is loaded", async () => {
  const model = fixture("weights/safetensors/one");
  const documents = Array.from({ length: 30 }, (_, i) => [1, 2, 3, 4, 5, 6, 7, 8, (i * 7) % 90]);
  const out = join(folder, "tuned");
  const config = { training: { steps: 20, learning_rate: 1e-2, batch_size: 2 } };
  const tuned = await train({ model, config, data: { documents }, out, ...where });
  expect(tuned).toMatchObject({ out, step: 20, saved: 20 });
  const losses = [];
  for (const path of [model, out]) {
    const loaded = await loadModel(path, where);
    losses.push((await evaluate(loaded, documents)).loss);
    await loaded.close();
  }
  expect(losses[1]).toBeLessThan(losses[0]! - 1);
});

it.each(["data:2", "data:2,model:2"])(
  "the model continues where it was trained, %s",
  async (mesh) => {
    const options = { config: small, data: { documents: texts }, ...where };
    const made: number[][] = [];
    for (const on of ["data:1", mesh]) {
      const { model } = await train({ ...options, mesh: on });
      const ids: number[] = [];
      const settings = { sampling: { kind: "greedy" }, maxNewTokens: 5 } as const;
      for await (const id of generate(model, [84, 104, 101], settings)) ids.push(id);
      expect((await evaluate(model, texts)).tokens).toBeGreaterThan(1000);
      await model.close();
      made.push(ids);
    }
    expect(made[1]).toEqual(made[0]);
  },
);

it("what diverges ends without a folder, too, and leaves nothing to go on from", async () => {
  const run = train({ config: small, data: { documents: texts }, lr: 1e30, ...where });
  expect(await run.then(String, (e: Error) => e.message)).toMatchInlineSnapshot(`
    "[not-a-number] training has diverged: the loss is NaN.
      step           4, the 3 last updates refused
      learning rate  1e+30 at most
      try            \`lr: 0.0003\`"
  `);
});

it("says what is wrong", async () => {
  const message = (options: object, listener: unknown = {}): Promise<string> =>
    train({ config: small, ...where, ...options } as never, listener as never).then(
      String,
      (e: Error) => e.message,
    );
  const on = (documents: unknown) => message({ data: { documents } });
  expect(await message({ config: undefined })).toMatchInlineSnapshot(`
    "[bad-argument] there is neither a config nor a model to train.
      try  \`config: "tiny"\`
      try  \`model: "models/gpt-neo-125m"\`"
  `);
  expect(await message({})).toMatchInlineSnapshot(`
    "[bad-argument] there is nothing to train on.
      try  \`data: ["FILE…"]\`
      try  "training": { "data": ["FILE"] } in the config"
  `);
  expect(await message({ resume: true })).toMatchInlineSnapshot(`
    "[bad-argument] there is no folder with a run to go on with.
      try  \`out: "runs/book"\`"
  `);
  expect(await message({ keep: 0 })).toMatchInlineSnapshot(
    `"[bad-argument] keep is 0, not a whole number from 1 on."`,
  );
  expect([
    await message({ data: 5 }),
    await message({ out: "" }),
    await message({ peak: -1 }),
    await message({ set: 5 as never }),
    await message({ set: { warmup: 2 } }),
    await message({ data: { documents: texts }, runtime: "gpu" }),
    await message({}, { onStepp: () => undefined }),
    await message({}, { onStep: 5 }),
    await message({}, null),
  ]).toMatchInlineSnapshot(`
    [
      "[bad-argument] train: data is 5, and must be files, sources with files, or { documents }.",
      "[bad-argument] train: out is "", and must be a folder: "runs/book".",
      "[bad-argument] train: peak is -1, and must be above 0.",
      "[bad-argument] train: set is 5, and must be an object of keys and values: { warmup_steps: 50 }.",
      "[bad-argument] \`set\` has warmup, and training has no such key.
      keys  data, validation_data, tokenizer, initial_weights, cross_document_loss, cross_document_attention, reset_positions, batch_size, context, steps, grad_accumulation, recompute, learning_rate, schedule, warmup_steps, decay_to, decay_steps, cooldown_steps, optimizer, muon_momentum, no_decay, rates, ema, adafactor_decay_rate, adafactor_momentum, adafactor_epsilon, adafactor_least_scale, weight_decay, decay_final_norm, dropout_apart, betas, epsilon, bias_correction, clip_value, clip_adaptive, clip_norm, loss, masking, z_loss, validation, eval_every, eval_batches, save_every, extra_saves, exit_every, seed, mesh, layout, storage, resid_dropout, embed_dropout, attention_dropout
      try   \`set: {"warmup_steps":2}\`",
      "[bad-argument] openDevices: runtime is "gpu", and must be "workers", "simulator" or "mpi".",
      "[bad-argument] train: there is no option "onStepp".
      options  onBegin, onCheckpoint, onNote, onProfile, onProgress, onSample, onStep, onValidation, signal, stopped
      try      onStep",
      "[bad-argument] train: onStep is 5, and must be a function.",
      "[bad-argument] train: the listener is null, and must be an object.",
    ]
  `);
  expect(await message({ log: ["tensorboard"] })).toMatchInlineSnapshot(`
    "[bad-argument] a log is written into the run's folder, and there is none.
      try  \`out: "runs/book"\`"
  `);
  expect(await message({ config: { ...presets.tiny, hiden_size: 4 } })).toMatchInlineSnapshot(`
    "[bad-argument] config has a problem.
      hiden_size  is no key of a config; did you mean hidden_size?"
  `);
  expect(await message({ steps: 1.5 })).toMatchInlineSnapshot(`
    "[bad-argument] the config with the given options has a problem.
      \`steps\`  is 1.5, but must be a whole number"
  `);
  expect(await on("one text")).toMatchInlineSnapshot(`
    "[bad-argument] documents are no list and no iterable.
      are  one text
      try  documents: ["a text", "another one"]
      try  data: "book.txt" for a file"
  `);
  expect(await on(undefined)).toMatchInlineSnapshot(`
    "[bad-argument] documents are no list and no iterable.
      are  undefined
      try  documents: ["a text", "another one"]
      try  data: "book.txt" for a file"
  `);
  expect(await on([{ body: "a text" }])).toMatchInlineSnapshot(`
    "[bad-argument] document 1 is neither a text nor ids.
      is   {"body":"a text"}
      try  a string
      try  [15496, 995]"
  `);
  expect(await on([Buffer.from("a text")])).toMatchInlineSnapshot(`
    "[bad-argument] document 1 is a Buffer: bytes are neither a text nor ids.
      try  readFileSync("book.txt", "utf8"), or String(buffer), for a text
      try  Uint8Array.from(buffer), if they are ids"
  `);
  expect(await on(["one", null])).toMatchInlineSnapshot(`
    "[bad-argument] document 2 is neither a text nor ids.
      is   null
      try  a string
      try  [15496, 995]"
  `);
  expect(await on(["one", [1, 257]])).toMatchInlineSnapshot(`
    "[bad-argument] document 2 has 257, which is no id of the model.
      vocabulary  0 to 256"
  `);
  expect(await on(["one"])).toMatchInlineSnapshot(`
    "[bad-argument] the data are shorter than one sample.
      data    4 tokens
      needed  17 for a context of 16 and 5 % held back
      try     \`context: 3\`"
  `);
  expect(await on([])).toMatchInlineSnapshot(`
    "[bad-argument] the data are shorter than one sample.
      data    0 tokens
      needed  17 for a context of 16 and 5 % held back"
  `);
  const untold = { ...small, training: { ...small.training, tokenizer: null } };
  expect(await message({ config: untold, data: { documents: ["a"] } })).toMatchInlineSnapshot(`
    "[bad-argument] document 1 holds text, but there is no tokenizer.
      try  \`tokenizer: "gpt2|bytes|FILE|DIR"\`
      try  data with input_ids"
  `);
  const validationData = { documents: [] };
  expect(await message({ data: { documents: texts }, validationData })).toMatchInlineSnapshot(
    `
    "[bad-argument] the data to validate with have nothing to predict.
      needed  a document of two tokens or more
      try     \`validationData\` with other data
      try     no \`validationData\`, to hold back a part of the data"
  `,
  );
});
