import { join } from "node:path";
import { expect, it } from "vitest";
import {
  generateText,
  loadModel,
  type StepEntry,
  type TrainOptions,
  train,
  type WrittenConfig,
} from "../src/index.ts";
import { temporaryFolder } from "./support/cli.ts";

// Runs whose matrices are large enough for what the optimizer keeps of them to rest in slices.

const folder = temporaryFolder();
const large: WrittenConfig = {
  vocab_size: 600,
  hidden_size: 128,
  num_layers: 1,
  num_heads: 2,
  attention_types: [[["global"], 1]],
  max_position_embeddings: 16,
  training: {
    batch_size: 4,
    context: 16,
    warmup_steps: 0,
    learning_rate: 3e-3,
    schedule: "constant",
  },
};
const texts = Array.from({ length: 40 }, (_, i) => `The whale swam ${i} times around the ship.`);

/** A run of some steps in a folder of its own: what they came to, and a text of the model's. */
async function ran(name: string, options: Partial<TrainOptions>) {
  const out = join(folder, name);
  const entries: StepEntry[] = [];
  const notes: string[] = [];
  await train(
    { runtime: "simulator", ...options, out },
    { onStep: (entry) => entries.push(entry), onNote: (note) => notes.push(note) },
  );
  const model = await loadModel(out, { mesh: "data:1", runtime: "simulator" });
  let text = "";
  for await (const piece of generateText(model, "The whale", { maxNewTokens: 4 })) text += piece;
  await model.close();
  const figures = entries.map(({ loss, validationLoss }) => [loss, validationLoss ?? null]);
  return { figures: figures.flat(), notes: notes.join("\n"), text };
}

const begun = {
  config: large,
  data: { documents: texts },
  tokenizer: "bytes",
  validationShare: 0.2,
  evalEvery: 2,
  sampleEvery: 2,
  saveEvery: 2,
  steps: 6,
};

it.each(["adamw", "lion", "rmsprop", "adagrad"] as const)(
  "%s takes the same steps, validates, samples and ends with the same model",
  async (optimizer) => {
    const whole = await ran(`${optimizer}-whole`, { ...begun, optimizer, mesh: "data:1" });
    const sliced = await ran(`${optimizer}-sliced`, { ...begun, optimizer, mesh: "data:2" });
    expect(whole.notes).not.toContain("in slices");
    expect(sliced.notes).toContain("the optimizer's state in slices");
    expect(sliced.figures.length).toBe(12);
    for (const [i, x] of sliced.figures.entries()) {
      if (x === null) expect(whole.figures[i]).toBeNull();
      else expect(x).toBeCloseTo(whole.figures[i]!, 4);
    }
    expect(sliced.text).toEqual(whole.text);
  },
  120_000,
);

it("a run goes on with it in other slices, or whole, as if nothing had been in between", async () => {
  const straight = await ran("straight", { ...begun, mesh: "data:2" });
  for (const mesh of ["data:4", "data:2,model:2", "data:1", "data:2"]) {
    const name = `parted-${mesh.replaceAll(/\W/g, "-")}`;
    await ran(name, { ...begun, mesh: "data:2", steps: 4 });
    const rest = { data: { documents: texts }, resume: true, steps: 6, mesh };
    const { figures } = await ran(name, rest);
    for (const [i, x] of figures.entries()) {
      const expected = straight.figures.slice(8)[i]!;
      if (x === null) expect(expected).toBeNull();
      else expect(x).toBeCloseTo(expected, 4);
    }
  }
}, 120_000);
