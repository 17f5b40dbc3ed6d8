import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { openCheckpoint } from "mtf/checkpoint";
import { expect, it } from "vitest";
import { callHere, resultOf, temporaryFolder } from "./support/cli.ts";
import { logOf, namesIn, someText } from "./support/runs.ts";

// A config of NeoX's that asks for nothing but what there is trains as it says.

const folder = temporaryFolder();
const data = join(folder, "notes.jsonl");
const line = (i: number): string => JSON.stringify({ text: someText(40 + (i % 7) * 9) });
writeFileSync(data, Array.from({ length: 60 }, (_, i) => line(i)).join("\n"));

const model = join(folder, "model.yml");
writeFileSync(
  model,
  `{
  "num_layers": 2, "hidden_size": 32, "num_attention_heads": 4,
  "seq_length": 32, "max_position_embeddings": 32,
  "pos_emb": "learned", "norm": "layernorm", "activation": "gelu",
  "init_method": "small_init", "output_layer_init_method": "wang_init",
  "tokenizer_type": "HFTokenizer",
  "optimizer": {"type": "Adam", "params": {"lr": 0.001, "betas": [0.9, 0.95], "eps": 1.0e-8}},
  "train_batch_size": 4, "train_iters": 12, "warmup": 0.1, "checkpoint_factor": 2,
  "extra_save_iters": [0, 1], "exit_interval": 4, "eval_interval": 6, "eval_iters": 2,
  "eod_mask_loss": true, "reset_attention_mask": true, "reset_position_ids": true,
}`,
);
const mine = join(folder, "mine.yml");
writeFileSync(mine, `train-iters: 6\ndata-path: ${data}\n`);

const at = ["--runtime", "simulator", "--mesh", "data:1"];
const config = ["--config", `${model},${mine}`];

it("needs a tokenizer's word on how many ids there are", async () => {
  const called = await callHere("train", ...config, "--out", join(folder, "none"), ...at);
  expect([called.code, called.stderr]).toEqual([
    1,
    expect.stringContaining("nothing says how many ids the model has"),
  ]);
});

it("ends at its exits, keeps its extra saves, and goes on", { timeout: 60_000 }, async () => {
  const out = join(folder, "run");
  const command = ["train", ...config, "--tokenizer", "bytes", "--out", out, ...at, "--json"];
  const first = await callHere(...command);
  expect(resultOf(first)).toMatchObject({ step: 4, saved: 4, finished: false });
  expect(first.stderr).toContain("train_iters: overrules");
  expect(first.stderr).toContain("step 4: ends here, as exit_every 4 says");
  const second = await callHere(...command, "--resume");
  expect(resultOf(second)).toMatchObject({ step: 6, finished: true });
  expect(second.stderr).not.toContain("changed since");
  expect(logOf(out).map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6]);
  expect([...namesIn(join(out, "checkpoints"))].sort()).toEqual([
    "step-0",
    "step-1",
    "step-4",
    "step-6",
  ]);

  const begun = await openCheckpoint(join(out, "checkpoints", "step-0"));
  const { settings } = begun.metadata as { settings: Record<string, unknown> };
  expect(settings).toMatchObject({
    cross_document_loss: false,
    cross_document_attention: false,
    reset_positions: true,
    vocab_size: 257,
  });
  const table = Array.from((await begun.read("params/wte")) as ArrayLike<number>);
  await begun.close();
  const spread = Math.sqrt(table.reduce((sum, x) => sum + x * x, 0) / table.length);
  expect(spread / Math.sqrt(2 / (5 * 32))).toBeCloseTo(1, 1);
});

it("what the command line says of documents stays so when a run goes on by its config's name", async () => {
  const out = join(folder, "apart");
  const tiny = [
    "train",
    "--config",
    "tiny",
    "--data",
    data,
    "--out",
    out,
    ...at,
    "--context",
    "32",
  ];
  const apart = ["--no-cross-document", "--reset-positions"];
  expect((await callHere(...tiny, ...apart, "--steps", "2")).code).toBe(0);
  const again = await callHere(...tiny, "--steps", "3", "--resume");
  expect(again.code).toBe(0);
  expect(again.stderr.match(/changed since: .*/g)).toEqual(["changed since: steps: 2 -> 3"]);
  const last = await openCheckpoint(join(out, "checkpoints", "step-3"));
  await last.close();
  const { settings } = last.metadata as { settings: Record<string, unknown> };
  expect(settings).toMatchObject({
    cross_document_loss: false,
    cross_document_attention: false,
    reset_positions: true,
  });
  expect(readFileSync(join(out, "log.jsonl"), "utf8").trim().split("\n")).toHaveLength(3);
});

it("eval cuts rows at ends of text", async () => {
  const rows = join(folder, "rows.jsonl");
  const ids = (text: string): number[] => [...Buffer.from(text)];
  const [a, b] = [ids("the quick"), ids("brown fox jumps")];
  const lossOf = async (lines: readonly (readonly number[])[], ...more: string[]) => {
    writeFileSync(rows, lines.map((input_ids) => JSON.stringify({ input_ids })).join("\n"));
    const model = ["--model", join(folder, "apart"), "--data", rows, ...at, "--json"];
    return resultOf<{ loss: number; tokens: number }>(await callHere("eval", ...model, ...more));
  };
  const together = [...a, 256, ...b];
  const apart = await lossOf([[...a, 256], b]);
  const cut = await lossOf([together], "--no-cross-document");
  expect(cut.tokens).toBe(apart.tokens);
  expect(cut.loss).toBeCloseTo(apart.loss, 6);
  expect((await lossOf([together])).tokens).toBe(cut.tokens + 1);
});
