import type { Config } from "../config/index.ts";

/** What a config says of Adam, in the words of `adamw`. */
export interface AdamOptions {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly biasCorrection: boolean;
}

export function adamOptions({ training }: Pick<Config, "training">): AdamOptions {
  const { betas, epsilon, bias_correction: biasCorrection } = training;
  const [beta1, beta2] = betas;
  return { beta1, beta2, epsilon, biasCorrection };
}
