import { generateText, loadModel, type TrainOptions, train, type WrittenConfig } from "gpt-neo";

const config: WrittenConfig = {
  vocab_size: 257,
  hidden_size: 16,
  num_layers: 2,
  num_heads: 2,
  attention_types: [[["global", "local"], 1]],
  window_size: 8,
  max_position_embeddings: 32,
  training: { tokenizer: "bytes", batch_size: 4, steps: 50, warmup_steps: 5, eval_every: 25 },
};

const documents = Array.from({ length: 60 }, (_, i) => `The whale swam ${i} times around it.`);

/** What differs between runs. */
export type Asked = Pick<TrainOptions, "mesh" | "deterministic" | "resume"> & {
  readonly out: string;
  /** The step to stop after, with a checkpoint. */
  readonly until?: number | undefined;
};

/** Trains a small model in a folder, and gives the losses of its steps. */
export async function trainIn({ until = 50, ...options }: Asked): Promise<readonly number[]> {
  const losses: number[] = [];
  let reached = 0;
  await train(
    { config, data: { documents }, lr: 1e-2, ...options },
    {
      onStep({ step, loss, validationLoss }) {
        reached = step;
        losses.push(loss, ...(validationLoss === undefined ? [] : [validationLoss]));
      },
      stopped: () => reached >= until,
    },
  );
  return losses;
}

/** What the model of a folder says. */
export async function say(folder: string, mesh: string): Promise<string> {
  const model = await loadModel(folder, { mesh, deterministic: true });
  try {
    let text = "";
    const settings = { seed: 3, maxNewTokens: 24 };
    for await (const piece of generateText(model, "The whale ", settings)) text += piece;
    return text;
  } finally {
    await model.close();
  }
}

interface Measured {
  readonly bytes: number;
}

interface Measuring {
  measureUserAgentSpecificMemory(): Promise<Measured>;
}

/** What the page and its workers hold after every hundredth step of 500, garbage collected. */
export async function memoryOfSteps(): Promise<readonly number[]> {
  const held: number[] = [];
  const measuring = performance as unknown as Measuring;
  const { model } = await train(
    { config, data: { documents }, mesh: "data:2", steps: 500, evalEvery: 1000 },
    {
      async onStep({ step }) {
        if (step % 100 > 0) return;
        held.push((await measuring.measureUserAgentSpecificMemory()).bytes);
      },
    },
  );
  await model.close();
  return held;
}
