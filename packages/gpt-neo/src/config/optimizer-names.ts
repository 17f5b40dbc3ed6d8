/** What can make a step of a gradient. */
export const optimizerNames = ["adamw", "adafactor", "lion"] as const;

export type OptimizerName = (typeof optimizerNames)[number];
