import { volumeOf } from "mtf/files";
import type { Config } from "../config/index.ts";
import { modelOf } from "../models/index.ts";

/**
 * The floating-point operations that a token of a training step needs, forwards and backwards, as they
 * are usually counted: 6 for each number of a matrix it goes through, and 12 for each of a layer's
 * width and each position that the layer sees. Softmax, norms and the optimizer are left out.
 *
 * @example
 * flopsOfToken(config) * tokensPerSecond; // what a run reaches, in FLOP/s
 */
export function flopsOfToken(config: Config): number {
  const { context } = config.training;
  const isMatrix = (shape: readonly number[]): boolean => shape.length > 1;
  const model = modelOf(config);
  const weights = model
    .names(config)
    // Looking up a row is no product; a table that is the output's as well is counted for that.
    .filter(({ path }) => !model.isLookup(config, path))
    .filter(({ shape }) => isMatrix(shape))
    .reduce((sum, { shape }) => sum + volumeOf(shape), 0);
  const seen = config.attention_layers
    .map((kind) => (kind === "local" ? Math.min(context, config.window_size) : context))
    .reduce((sum, positions) => sum + positions, 0);
  return 6 * weights + 12 * config.hidden_size * seen;
}
