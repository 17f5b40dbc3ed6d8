import type { Config } from "../config/index.ts";
import { modelOf } from "../models/index.ts";

/**
 * The names and shapes of all weights of a model, as Hugging Face has them.
 *
 * @example
 * expectedWeights(config).get("transformer.wte.weight"); // [50257, 768]
 */
export function expectedWeights(config: Config): ReadonlyMap<string, readonly number[]> {
  return new Map(
    modelOf(config)
      .names(config)
      .map(({ name, shape }) => [name, shape]),
  );
}
