import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openSafetensors, writeSafetensors } from "mtf/checkpoint";
import { beforeAll, expect, it } from "vitest";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { logOf, namesIn, someText } from "./support/runs.ts";

// A model trained on fewer tokens at once than it has positions for.

const folder = temporaryFolder();
const text = join(folder, "text.txt");
const held = join(folder, "held.txt");
const run = join(folder, "run");
/** The same weights, with the positions that were trained and no others. */
const short = join(folder, "short");
const one = ["--mesh", "data:1", "--runtime", "simulator", "--json"];
const train = [
  ...["train", "--config", "tiny", "--data", text, "--validation-data", held, "--out", run],
  ...["--context", "12", "--eval-every", "150", "--lr", "3e-3", ...one],
];

interface Measured {
  readonly loss: number;
  readonly tokens: number;
}

async function evaluated(model: string, ...more: readonly string[]): Promise<Measured> {
  return resultOf(await callHere("eval", "--model", model, "--data", held, ...one, ...more));
}

async function generated(model: string, ...more: readonly string[]): Promise<readonly number[]> {
  const prompt = ["--prompt", "the whale swam", "--greedy", "--slide", "--max-new-tokens", "30"];
  const called = await callHere("generate", "--model", model, ...prompt, ...one, ...more);
  return resultOf<{ ids: readonly number[] }>(called).ids;
}

let validationLoss = 0;
beforeAll(async () => {
  writeFileSync(text, someText(20_000));
  writeFileSync(held, someText(3000).slice(-1200));
  const called = await callHere(...train, "--steps", "150");
  expect(called.stderr).toContain("trains on 12 of the model's 64 positions");
  ({ validationLoss } = resultOf<{ validationLoss: number }>(called));

  cpSync(run, short, { recursive: true });
  const config = JSON.parse(readFileSync(join(run, "config.json"), "utf8"));
  expect([config.max_position_embeddings, config.training]).toEqual([64, { context: 12 }]);
  const cut = { ...config, max_position_embeddings: 12, training: undefined };
  writeFileSync(join(short, "config.json"), JSON.stringify(cut));
  const weights = await openSafetensors(join(run, "model.safetensors"));
  const tensors = [];
  for (const [name, { shape }] of weights.tensors) {
    const rows = name.endsWith("wpe.weight") ? [12, shape[1]!] : shape;
    const box = rows.map((size) => ({ begin: 0, size }));
    const data = await weights.read(name, { box, as: "float32" });
    tensors.push({ name, dtype: "F32" as const, shape: rows, data });
  }
  await weights.close();
  await writeSafetensors(join(short, "model.safetensors"), tensors);
});

it("is evaluated as it was validated", async () => {
  const { loss } = await evaluated(run);
  // Of each window, eval predicts all but the first id; its first ones have less before them.
  expect(Math.abs(loss - validationLoss)).toBeLessThan(0.1);
  expect(await evaluated(run, "--context", "12")).toEqual(await evaluated(run));
  expect(await evaluated(short)).toEqual(await evaluated(run));
  // All positions, as --context has it: the others were never trained.
  const all = await evaluated(run, "--context", "64");
  expect(all.tokens).toBeGreaterThan((await evaluated(run)).tokens);
  expect(all.loss).toBeGreaterThan(loss);
});

it("generates within the positions that were trained", async () => {
  const ids = await generated(run);
  expect(ids).toHaveLength("the whale swam".length + 30);
  expect(ids).toEqual(await generated(short));
  expect(ids).toEqual(await generated(run, "--context", "12"));
  expect(ids).not.toEqual(await generated(run, "--context", "64"));
});

it("says what it does, and takes no more than there are positions", async () => {
  const call = ["eval", "--model", run, "--data", held, ...one];
  const told = "sees 12 tokens at once, as it was trained (--context for up to 64)\n";
  expect((await callHere(...call)).stderr).toContain(told);
  expect((await callHere(...call, "--context", "20")).stderr).not.toContain("at once");
  expect((await callHere(...call, "--context", "65")).stderr).toMatchInlineSnapshot(`
    "gpt-neo: [bad-argument] --context 65 is more than the model sees at once, 64 tokens.
      try  --context 64
    "
  `);
  expect((await callHere(...call, "--stride", "13")).stderr).toContain("try  --stride 12");
});

it("is still so when it is resumed, converted and tuned", async () => {
  const resumed = join(folder, "resumed");
  cpSync(run, resumed, { recursive: true });
  const again = train.map((arg) => (arg === run ? resumed : arg));
  resultOf(await callHere(...again, "--steps", "152", "--resume"));
  const converted = join(folder, "converted");
  resultOf(await callHere("convert", "--from", resumed, "--to", converted, "--json"));
  const tuned = join(folder, "tuned");
  const data = ["--data", text, "--out", tuned, "--steps", "1", "--batch-size", "1"];
  resultOf(await callHere("train", "--model", converted, ...data, ...one));
  for (const model of [resumed, converted, tuned]) {
    const config = JSON.parse(readFileSync(join(model, "config.json"), "utf8"));
    expect(config.training).toEqual({ context: 12 });
    const tokenizer = JSON.parse(readFileSync(join(model, "tokenizer_config.json"), "utf8"));
    expect(tokenizer.model_max_length).toBe(12);
  }
  expect(logOf(tuned)[0]!.tokens).toBe(12);
  expect(await evaluated(converted)).toEqual(await evaluated(resumed));
  const shown = await callHere("inspect", resumed);
  expect(shown.stdout).toMatch(/training\n +context +12\n/);
  expect(namesIn(converted)).toContain("tokenizer_config.json");
});
