import { add, gather, layerNorm, recompute, rename, slice, type Tensor } from "mtf";
import { attention, feedForward, linear } from "mtf/nn";
import type { Config } from "../../config/index.ts";
import { activations } from "../activations.ts";
import type { Dims } from "../dims.ts";
import { type Dropped, droppedBy, droppedIn } from "../dropped.ts";
import type { Forward, ForwardOptions, Hidden } from "../model.ts";
import type { Norm } from "../norm.ts";
import { type Visible, visibility } from "../visible.ts";
import type { Block, Parameters } from "./parameters.ts";

// GPT-Neo (Black et al., 2021), as its published weights expect it: attention logits are not
// scaled, layers attend globally or within a window, gelu is the tanh form, the output is tied to
// the token embeddings.

/** The model: tokens to the logits of what follows each. */
export function forward(
  config: Config,
  dims: Dims,
  parameters: Parameters,
  tokens: Tensor<"batch" | "length", "int32">,
  options: ForwardOptions = {},
): Forward {
  const visible = visibility(config, dims, options);
  const dropped = droppedBy(options.dropout);
  const embedded = embedding(parameters, dims, tokens, options.positions);
  const hidden: Hidden[] = [dropped(embedded, "embed", config.embed_dropout)];
  config.attention_layers.forEach((kind, i) => {
    const { ln_1, attn, ln_2, mlp } = parameters.h[i]!;
    const at = droppedIn(dropped, `h/${i}`);
    const block = (x: Hidden): Hidden => {
      const attended = selfAttention(config, attn, norm(config, ln_1, x), visible(kind), at);
      const y = add(x, at(attended, "attn", config.resid_dropout));
      const changed = feedForwardOf(config, mlp, norm(config, ln_2, y));
      return add(y, at(changed, "mlp", config.resid_dropout));
    };
    hidden.push((options.recompute ? recompute(block) : block)(hidden[i]!));
  });
  const final = norm(config, parameters.ln_f, hidden[config.num_layers]!);
  return { hidden, final, logits: linear(final, parameters.lm_head ?? parameters.wte) };
}

/** Logits of one place of each row. */
export function logitsOf(
  { wte, lm_head }: Parameters,
  final: Tensor<"batch" | "embd">,
): Tensor<"batch" | "vocab"> {
  return linear(final, lm_head ?? wte);
}

/** Of words and their positions; of positions 0, 1, 2 … all rows share one. */
function embedding(
  { wte, wpe }: Parameters,
  { length }: Dims,
  tokens: Tensor<"batch" | "length", "int32">,
  positions: ForwardOptions["positions"],
): Hidden {
  const words = gather(wte, tokens, "vocab");
  if (positions) return add(words, gather(wpe, positions, "position"));
  return add(words, rename(slice(wpe, "position", 0, length.size), "position", "length"));
}

function norm(config: Config, { gain, bias }: Norm, x: Hidden): Hidden {
  return layerNorm(x, gain, bias, "embd", { epsilon: config.layer_norm_epsilon });
}

function selfAttention(
  config: Config,
  { q, k, v, out, bias }: Block["attn"],
  x: Hidden,
  visible: Visible,
  dropped: Dropped,
): Hidden {
  const memory = rename(x, "length", "memory_length");
  const mixed = attention(linear(x, q), linear(memory, k), linear(memory, v), {
    over: "memory_length",
    within: "kv",
    visible,
    weights: (weights) => dropped(weights, "weights", config.attention_dropout),
  });
  return linear(mixed, out, bias);
}

function feedForwardOf(config: Config, mlp: Block["mlp"], x: Hidden): Hidden {
  const up = { weight: mlp.up, bias: mlp.upBias };
  const down = { weight: mlp.down, bias: mlp.downBias };
  return feedForward(x, up, down, activations[config.activation_function]);
}
