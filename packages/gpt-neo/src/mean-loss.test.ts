import { defineMesh, ledger, lower, placeholder } from "mtf";
import { readFloat64, simulator } from "mtf/simulator";
import { expect, it } from "vitest";
import { type Config, loadConfig, parseConfig, withTraining } from "./config/index.ts";
import { dimsOf } from "./models/index.ts";
import { scoringStep } from "./scoring-step.ts";
import { layoutOf } from "./session.ts";
import { lowerStep } from "./train/lower-step.ts";
import { initialState, microbatchOf, type Rows, trainingStep } from "./train/step.ts";

it("holds logits of some positions at a time, and moves no more for it", async () => {
  const preset = await loadConfig("125M");
  const [all, some] = [false, true].map((recompute) => {
    const config = withTraining(preset, { batch_size: 8, context: 1024, recompute });
    const dims = dimsOf(config, 8, 1024);
    const { program } = lowerStep(config, dims, layoutOf({}, defineMesh("data:2"), dims));
    const ofLogits = program.values.filter(({ dims: own }) =>
      ["batch", "vocab"].every((name) => own.some((d) => d.name === name)),
    );
    const sizes = ofLogits.map((x) => x.dims.reduce((count, { size }) => count * size, 1));
    const positions = Math.max(...sizes) / dims.vocab.size;
    return { positions, moved: ledger(program).bytes };
  });
  expect(all!.positions).toBe(8 * 1024);
  expect(some!.positions).toBe(512);
  expect(some!.moved).toBe(all!.moved);
});

const size = { vocab_size: 97, num_layers: 1, hidden_size: 16, num_heads: 2 };
const neo = parseConfig({
  ...{ model_type: "gpt_neo", ...size, max_position_embeddings: 128 },
  attention_types: [[["global"], 1]],
});
/** Its output has a bias, and a table of its own. */
const j = parseConfig({ model_type: "gptj", ...size, max_position_embeddings: 128 });

/** What two steps tell of four rows in one part, and the rows' score after them. */
async function reports(of: Config, mesh: string, more: object): Promise<readonly number[]> {
  const training = { batch_size: 4, context: 128, grad_accumulation: 1, warmup_steps: 0 };
  const config = withTraining(of, { ...training, ...more });
  const dims = dimsOf(config, 4, 128);
  const rows = placeholder([dims.batch, microbatchOf(config), dims.length], "int32");
  const scored = placeholder([dims.batch, dims.length], "int32");
  const step = trainingStep(config, dims);
  const lowered = lower(
    (tokens: Rows, labels: Rows, own: typeof scored, following: typeof scored) => {
      const [state, first] = step(initialState(config, dims), tokens, labels);
      const [last, second] = step(state, tokens, labels);
      const told = [first, second].flatMap(({ loss, zLoss, gradientNorm }) => [
        ...[loss, gradientNorm, ...(zLoss ? [zLoss] : [])],
      ]);
      return [...told, ...scoringStep(config, dims)(last.params, own, following)];
    },
    { layout: layoutOf({}, defineMesh(mesh), dims), inputs: [rows, rows, scored, scored] as const },
  );
  const devices = await simulator(defineMesh(mesh), { backend: "wasm" });
  try {
    const run = await devices.load(lowered);
    const tokens = Int32Array.from({ length: 512 }, (_, i) => (i * i * 7 + i) % 97);
    const labels = tokens.map((id, i) => (i % 5 === 0 ? -100 : (id * 3) % 97));
    const results = await run(tokens, labels, tokens, labels);
    return (await Promise.all(results.map(readFloat64))).flatMap((one) => Array.from(one));
  } finally {
    await devices.close();
  }
}

it.each<[string, string, Config, object]>([
  ["GPT-Neo", "", neo, {}],
  ["GPT-Neo", "data:2,model:2", neo, {}],
  ["GPT-Neo, beside logsumexps", "data:3", neo, { z_loss: 1e-2 }],
  ["GPT-J", "model:2", j, {}],
])("is the same of logits of some positions at a time: %s on '%s'", async (_, mesh, of, more) => {
  const all = await reports(of, mesh, more);
  const some = await reports(of, mesh, { ...more, recompute: true });
  expect(all.length).toBe(some.length);
  for (const [i, number] of some.entries()) {
    expect(Math.abs(number / all[i]! - 1)).toBeLessThan(1e-5);
  }
});
