import type { Tensor } from "mtf";
import { feedForward } from "mtf/nn";
import type { Config, UsualActivation } from "../config/index.ts";
import { activations } from "./activations.ts";
import type { Hidden } from "./model.ts";

/** A feed-forward layer's parameters, in whatever order their dims lie in files. */
export interface FeedForward {
  readonly up: Tensor<"ff" | "embd">;
  readonly upBias: Tensor<"ff">;
  readonly down: Tensor<"embd" | "ff">;
  readonly downBias: Tensor<"embd">;
}

/** The feed-forward layer of a block, with the config's activation. */
export function feedForwardOf(config: Config, mlp: FeedForward, x: Hidden): Hidden {
  const up = { weight: mlp.up, bias: mlp.upBias };
  const down = { weight: mlp.down, bias: mlp.downBias };
  return feedForward(x, up, down, activations[config.activation_function as UsualActivation]);
}
