import type { Scalar } from "../tensorboard/events.ts";
import type { StepEntry } from "./training.ts";

/** What TensorBoard calls the numbers of a step. */
const tags: Readonly<Partial<Record<keyof StepEntry, string>>> = {
  loss: "train/loss",
  zLoss: "train/z_loss",
  auxiliary: "train/auxiliary_loss",
  learningRate: "train/learning_rate",
  gradientNorm: "train/gradient_norm",
  validationLoss: "validation/loss",
  tokensPerSecond: "runtime/tokens_per_second",
  bytesMoved: "runtime/bytes_moved",
  memoryBytes: "runtime/memory_bytes_a_device",
};

/** The numbers of a step, as TensorBoard shows them. */
export function scalarsOf(entry: StepEntry): readonly Scalar[] {
  return Object.entries(tags).flatMap(([key, tag]) => {
    const value = entry[key as keyof StepEntry];
    return value === undefined ? [] : [[tag, value] as const];
  });
}
