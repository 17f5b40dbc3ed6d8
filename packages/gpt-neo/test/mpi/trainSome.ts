import { type TrainedModel, type TrainListener, train } from "../../src/index.ts";

/** Trains on documents for some steps, on two devices, and keeps the model. */
export function trainSome(
  runtime: "mpi" | "workers",
  listener: TrainListener = {},
): Promise<TrainedModel> {
  const documents = Array.from(
    { length: 60 },
    (_, i) => `Fish ${i}, blue fish ${i * i}, red fish.`,
  );
  const options = {
    config: "tiny",
    tokenizer: "bytes",
    data: { documents },
    batchSize: 4,
    steps: 3,
    runtime,
    deterministic: true,
    ...(runtime === "workers" && { mesh: "data:2" }),
  } as const;
  return train(options, listener);
}
