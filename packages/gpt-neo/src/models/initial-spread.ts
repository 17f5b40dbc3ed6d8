import type { Config } from "../config/index.ts";
import type { NeoxMethod, OriginalInitialWeights } from "../config/initial-weights.ts";

/** The matrices of the model: of a block's, which one. */
export type Matrix =
  | "wte"
  | "wpe"
  | "lm_head"
  | "qkv"
  | "q"
  | "k"
  | "v"
  | "out"
  | "up"
  | "down"
  | "memory"
  | "router"
  | "expert_up"
  | "expert_down";

/** Those whose results are added to the residual stream. */
const adding: readonly Matrix[] = ["out", "down", "expert_down"];

export function addsToResidual(matrix: Matrix): boolean {
  return adding.includes(matrix);
}

/**
 * The standard deviation of a matrix's initial weights, which are normal.
 *
 * @example
 * initialSpread(config, "q"); // 0.02 where the config says nothing
 */
export function initialSpread(config: Config, matrix: Matrix): number {
  const { initial_weights: how } = config.training;
  if (how === null) return config.initializer_range;
  if (how.method === "gpt-neo") return originalSpread(how, config, matrix);
  return neoxSpread(
    addsToResidual(matrix) ? how.output_layer_init_method : how.init_method,
    config,
  );
}

/** The standard deviation of a standard normal number within 2 of 0, as those of its experts were. */
const withinTwo = 0.8796;

/** Attention is not scaled by its heads' width: that is in the spread of queries. */
function originalSpread(
  { scale_by_depth, scale_by_in }: OriginalInitialWeights,
  { hidden_size: embd, num_heads, num_layers, intermediate_size, original }: Config,
  matrix: Matrix,
): number {
  const linear = (fanIn: number): number => 0.02 / (scale_by_in ? Math.sqrt(fanIn) : 1);
  switch (matrix) {
    case "wte":
      return 0.02;
    case "wpe":
      return 0.01;
    case "q":
      return 1 / Math.sqrt(embd * (embd / num_heads));
    case "qkv":
    case "k":
    case "v":
    case "out":
      return 1 / Math.sqrt(embd);
    case "router":
    case "expert_up":
      return withinTwo / Math.sqrt(embd);
    case "expert_down":
      return withinTwo / Math.sqrt(original.moe!.hidden_size);
    case "memory":
      return 1 / Math.sqrt(embd / num_heads);
    case "up":
    case "lm_head":
      return linear(embd);
    case "down": {
      const depth = scale_by_depth ? Math.sqrt(num_layers) : 1;
      return linear(intermediate_size ?? 4 * embd) / depth;
    }
  }
}

function neoxSpread(
  method: NeoxMethod,
  { initializer_range, hidden_size, num_layers }: Config,
): number {
  switch (method) {
    case "normal":
      return initializer_range;
    case "scaled_normal":
      return initializer_range / Math.sqrt(2 * num_layers);
    case "single_residual_scaled_normal":
      return initializer_range / Math.sqrt(num_layers);
    case "small_init":
      return Math.sqrt(2 / (5 * hidden_size));
    case "wang_init":
      return 2 / num_layers / Math.sqrt(hidden_size);
  }
}
