import { writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { openSafetensors } from "mtf/checkpoint";
import { expect, it } from "vitest";
import { call, resultOf, temporaryFolder } from "./support/cli.ts";

// Rows of 40 random bytes and the same 40 again: who looks back 40 places knows the second half,
// who cannot look back knows nothing.

const folder = temporaryFolder();
const half = 40;

function rows(count: number, seed: number): readonly (readonly number[])[] {
  let state = seed;
  const byte = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  };
  return Array.from({ length: count }, () => {
    const first = Array.from({ length: half }, byte);
    return [...first, ...first];
  });
}

function write(name: string, of: readonly (readonly number[])[]): string {
  const path = join(folder, name);
  writeFileSync(path, of.map((input_ids) => `${JSON.stringify({ input_ids })}\n`).join(""));
  return path;
}

const training = write("training.jsonl", rows(4000, 1));
// As in training, an end of text comes first.
const unseen = rows(8, 2).map((ids) => [256, ...ids]);
const test = write("test.jsonl", unseen);

/** Nats a byte of the second half, of rows that were not trained on. */
async function lossOfRepeats(model: string): Promise<number> {
  const out = join(folder, "logits.safetensors");
  const options = ["--mesh", "data:2", "--json"];
  resultOf(await call("eval", "--model", model, "--data", test, "--logits", out, ...options));
  const file = await openSafetensors(out);
  const [, length, vocab] = file.tensors.get("logits")!.shape as [number, number, number];
  const logits = await file.read("logits", { as: "float32" });
  await file.close();
  let sum = 0;
  for (const [row, ids] of unseen.entries()) {
    for (let i = half; i < 2 * half; i++) {
      const begin = (row * length + i) * vocab;
      const at = logits.subarray(begin, begin + vocab);
      sum += Math.log(at.reduce((total, x) => total + Math.exp(x), 0)) - at[ids[i + 1]!]!;
    }
  }
  const loss = sum / (unseen.length * half);
  console.log(`${basename(model)}: ${loss.toFixed(3)} nats a repeated byte`);
  return loss;
}

async function train(name: string, kind: "global" | "local", window: number): Promise<string> {
  const config = join(folder, `${name}.json`);
  const out = join(folder, name);
  writeFileSync(
    config,
    JSON.stringify({
      vocab_size: 257,
      max_position_embeddings: 81,
      hidden_size: 128,
      num_layers: 1,
      num_heads: 4,
      attention_types: [[[kind], 1]],
      window_size: window,
      initializer_range: 0.05,
      bos_token_id: 256,
      eos_token_id: 256,
      training: {
        tokenizer: "bytes",
        batch_size: 16,
        // A row and its end of text.
        context: 81,
        steps: 220,
        learning_rate: 3e-3,
        warmup_steps: 20,
        weight_decay: 0,
        validation: 0,
        save_every: 220,
      },
    }),
  );
  const options = ["--data", training, "--out", out, "--mesh", "data:2", "--json"];
  expect(resultOf(await call("train", "--config", config, ...options))).toMatchObject({
    finished: true,
  });
  return out;
}

const patient = { timeout: 300_000 };

it("learns to repeat what it saw 40 bytes before", patient, async () => {
  expect(await lossOfRepeats(await train("attention", "global", 81))).toBeLessThan(0.1);
});

it("learns nothing of the kind where each place sees only itself", patient, async () => {
  expect(await lossOfRepeats(await train("none", "local", 1))).toBeGreaterThan(1);
});
