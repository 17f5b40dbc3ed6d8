/** What can make a step of a gradient. */
export type OptimizerName = "adamw" | "adafactor" | "lion" | "muon" | "rmsprop" | "adagrad";

export const optimizerNames: readonly OptimizerName[] = [
  "adamw",
  "adafactor",
  "lion",
  "muon",
  "rmsprop",
  "adagrad",
];
