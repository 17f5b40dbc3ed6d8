import { add, type Tensor } from "mtf";
import { linear } from "mtf/nn";
import type { Config } from "../../config/index.ts";
import { attend } from "../attend.ts";
import { throughBlocks } from "../blocks.ts";
import type { Dims } from "../dims.ts";
import { type Dropped, droppedBy, droppedIn } from "../dropped.ts";
import { embeddingsOf } from "../embedding.ts";
import { feedForwardOf } from "../feed-forward.ts";
import type { Remember } from "../memory.ts";
import { memoryOf } from "../memory-of.ts";
import type { Forward, ForwardOptions, Hidden } from "../model.ts";
import { normed } from "../norm.ts";
import { logitsOf } from "../output.ts";
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
  const memory = memoryOf(config, dims, options);
  const dropped = droppedBy(options.dropout);
  const { attention_dropout, embed_dropout, training } = config;
  const { dropout_apart } = training;
  const [words, at] = embeddingsOf(parameters, dims, tokens, memory.positions);
  const positions = at as Hidden;
  const drop = (x: Hidden, name: string): Hidden => dropped(x, name, embed_dropout);
  const block = (x: Hidden, { ln_1, attn, ln_2, mlp }: Block, i: number): Hidden => {
    const at = droppedIn(dropped, `h/${i}`);
    const whole = dropout_apart && config.attention_layers[i] !== "global";
    const seen = normed(config, ln_1, x);
    const attended = selfAttention(attn, seen, memory.of(i), at, whole ? 0 : attention_dropout);
    const y = add(x, at(attended, "attn", config.resid_dropout));
    const changed = feedForwardOf(config, mlp, normed(config, ln_2, y));
    return add(y, at(changed, "mlp", config.resid_dropout));
  };
  const first = dropout_apart
    ? add(drop(words, "embed"), drop(positions, "embed_positions"))
    : drop(add(words, positions), "embed");
  const hidden = throughBlocks(parameters.h, first, block, options.recompute);
  const final = normed(config, parameters.ln_f, hidden.at(-1)!);
  return { hidden, final, logits: logitsOf(parameters, final), ...memory.kept() };
}

function selfAttention(
  { q, k, v, out, bias }: Block["attn"],
  x: Hidden,
  remember: Remember,
  dropped: Dropped,
  rate: number,
): Hidden {
  const query = linear(x, q);
  const mixed = attend(query, remember(linear(x, k), linear(x, v)), {
    dropout: dropped.by("weights", rate),
  });
  return linear(mixed, out, bias);
}
