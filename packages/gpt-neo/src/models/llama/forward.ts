import { add, gather, relu, silu, type Tensor } from "mtf";
import { type Activation, gatedFeedForward, geluExact, linear, rmsNorm, rotary } from "mtf/nn";
import type { Config } from "../../config/index.ts";
import { attend } from "../attend.ts";
import { throughBlocks } from "../blocks.ts";
import { type Dropped, droppedBy, droppedIn } from "../dropped.ts";
import type { Remember } from "../memory.ts";
import { memoryOf } from "../memory-of.ts";
import type { Forward, ForwardOptions, Hidden } from "../model.ts";
import { logitsOf } from "../output.ts";
import { type Angles, anglesOf } from "../rotary-angles.ts";
import type { GroupedDims } from "./dims.ts";
import type { Block, Gain, Parameters } from "./parameters.ts";

// Llama (Touvron et al., 2023): norms divide by the root of the mean square, positions turn whole heads,
// feed-forward layers are gated, and several queries may share a head of keys and values. Mistral is
// the same with a window.

/** The model: tokens to the logits of what follows each. */
export function forward(
  config: Config,
  dims: GroupedDims,
  parameters: Parameters,
  tokens: Tensor<"batch" | "length", "int32">,
  options: ForwardOptions = {},
): Forward {
  const memory = memoryOf(config, dims, options);
  const angles = anglesOf(config, dims, memory.positions);
  const dropped = droppedBy(options.dropout);
  const block = (x: Hidden, { ln_1, attn, ln_2, mlp }: Block, i: number): Hidden => {
    const at = droppedIn(dropped, `h/${i}`);
    const given = { remember: memory.of(i), angles, dropped: at };
    const attended = selfAttention(config, attn, norm(config, ln_1, x), given);
    const y = add(x, at(attended, "attn", config.resid_dropout));
    const changed = feedForwardOf(config, mlp, norm(config, ln_2, y));
    return add(y, at(changed, "mlp", config.resid_dropout));
  };
  const first = dropped(gather(parameters.wte, tokens, "vocab"), "embed", config.embed_dropout);
  const hidden = throughBlocks(parameters.h, first, block, options.recompute);
  const final = norm(config, parameters.ln_f, hidden.at(-1)!);
  return { hidden, final, logits: logitsOf(parameters, final), ...memory.kept() };
}

function norm({ architecture }: Config, { gain }: Gain, x: Hidden): Hidden {
  return rmsNorm(x, gain, "embd", { epsilon: architecture.rms_norm_epsilon });
}

function selfAttention(
  config: Config,
  { q, qBias, k, kBias, v, vBias, out, bias }: Block["attn"],
  x: Hidden,
  given: { readonly remember: Remember; readonly angles: Angles; readonly dropped: Dropped },
): Hidden {
  const query = rotary(linear(x, q, qBias), "kv", given.angles);
  const key = rotary(linear(x, k, kBias), "kv", given.angles);
  const seen = given.remember(key, linear(x, v, vBias));
  const mixed = attend(query, seen, {
    scale: 1 / Math.sqrt(query.dims.kv.size),
    dropout: given.dropped.by("weights", config.attention_dropout),
  });
  return linear(mixed, out, bias);
}

/** The activations of gates, by the names of the layers that have them. */
const gates: Readonly<Record<string, Activation>> = { swiglu: silu, geglu: geluExact, reglu: relu };

function feedForwardOf({ architecture }: Config, mlp: Block["mlp"], x: Hidden): Hidden {
  const gate = { weight: mlp.gate, bias: mlp.gateBias };
  const up = { weight: mlp.up, bias: mlp.upBias };
  const down = { weight: mlp.down, bias: mlp.downBias };
  return gatedFeedForward(x, gate, up, down, gates[architecture.activation]!);
}
