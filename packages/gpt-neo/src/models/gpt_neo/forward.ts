import { add, rename, type Tensor } from "mtf";
import { attention, linear } from "mtf/nn";
import type { Config } from "../../config/index.ts";
import { throughBlocks } from "../blocks.ts";
import type { Dims } from "../dims.ts";
import { type Dropped, droppedBy, droppedIn } from "../dropped.ts";
import { embedded } from "../embedding.ts";
import { feedForwardOf } from "../feed-forward.ts";
import type { Forward, ForwardOptions, Hidden } from "../model.ts";
import { normed } from "../norm.ts";
import { logitsOf } from "../output.ts";
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
  const words = embedded(parameters, dims, tokens, options.positions);
  const block = (x: Hidden, { ln_1, attn, ln_2, mlp }: Block, i: number): Hidden => {
    const at = droppedIn(dropped, `h/${i}`);
    const seen = visible(config.attention_layers[i]!);
    const attended = selfAttention(config, attn, normed(config, ln_1, x), seen, at);
    const y = add(x, at(attended, "attn", config.resid_dropout));
    const changed = feedForwardOf(config, mlp, normed(config, ln_2, y));
    return add(y, at(changed, "mlp", config.resid_dropout));
  };
  const first = dropped(words, "embed", config.embed_dropout);
  const hidden = throughBlocks(parameters.h, first, block, options.recompute);
  const final = normed(config, parameters.ln_f, hidden.at(-1)!);
  return { hidden, final, logits: logitsOf(parameters, final) };
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
