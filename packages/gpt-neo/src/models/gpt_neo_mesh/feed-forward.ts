import { at, mul, type Tensor } from "mtf";
import { linear } from "mtf/nn";
import type { Config } from "../../config/index.ts";
import type { Hidden } from "../model.ts";
import { bias, type Declared, matrix } from "../parameter.ts";
import { activated, activationParameters, type LearnedNumbers } from "./activation.ts";
import type { MeshDims } from "./dims.ts";

/** A feed-forward layer's parameters: a gated one's first matrix makes what is gated, and the gate. */
export interface FeedForward extends LearnedNumbers {
  readonly up: Tensor<"ff" | "embd"> | Tensor<"side" | "ff" | "embd">;
  readonly upBias: Tensor<"ff"> | Tensor<"side" | "ff">;
  readonly down: Tensor<"embd" | "ff">;
  readonly downBias: Tensor<"embd">;
}

export function feedForwardParameters(
  config: Config,
  name: string,
  { embd, ff, side }: MeshDims,
): Declared<FeedForward> {
  const inner = config.original.mlp_glu ? [side, ff] : ff;
  return {
    up: matrix(`${name}.c_fc.weight`, [inner, embd] as never, "up") as never,
    upBias: bias(`${name}.c_fc.bias`, inner as never) as never,
    down: matrix(`${name}.c_proj.weight`, [embd, ff], "down"),
    downBias: bias(`${name}.c_proj.bias`, embd),
    ...activationParameters(config, name),
  };
}

/** The feed-forward layer of a block. The gate, which the activation opens, is the second half. */
export function feedForward(config: Config, mlp: FeedForward, x: Hidden): Hidden {
  const inner = linear(x, mlp.up as Tensor<"side" | "ff" | "embd">, mlp.upBias as never);
  return linear(activeOf(config, mlp, inner as never), mlp.down, mlp.downBias);
}

type Inner = Tensor<"batch" | "length" | "ff">;

function activeOf(
  config: Config,
  mlp: FeedForward,
  inner: Tensor<"batch" | "length" | "side" | "ff">,
): Inner {
  if (!config.original.mlp_glu) return activated(config, mlp, inner as never);
  return mul(at(inner, "side", 0), activated(config, mlp, at(inner, "side", 1)));
}
