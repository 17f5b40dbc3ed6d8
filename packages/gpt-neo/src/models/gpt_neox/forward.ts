import { add, gather, type Tensor } from "mtf";
import { linear, rotary } from "mtf/nn";
import type { Config } from "../../config/index.ts";
import { attend } from "../attend.ts";
import { throughBlocks } from "../blocks.ts";
import { type Dropped, droppedBy, droppedIn } from "../dropped.ts";
import { feedForwardOf } from "../feed-forward.ts";
import type { Remember } from "../memory.ts";
import { memoryOf } from "../memory-of.ts";
import type { Forward, ForwardOptions, Hidden } from "../model.ts";
import { normed } from "../norm.ts";
import { logitsOf } from "../output.ts";
import { type PackedDims, unpacked } from "../packed.ts";
import { type Angles, anglesOf } from "../rotary-angles.ts";
import type { Block, Parameters } from "./parameters.ts";

// GPT-NeoX (Black et al., 2022), which Pythia is: positions turn a part of each head, and attention and
// feed-forward are beside each other, both of what enters the block, or one after the other.

/** The model: tokens to the logits of what follows each. */
export function forward(
  config: Config,
  dims: PackedDims,
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
    const seen = selfAttention(config, attn, normed(config, ln_1, x), given);
    const attended = at(seen, "attn", config.resid_dropout);
    const changed = (y: Hidden): Hidden =>
      at(feedForwardOf(config, mlp, normed(config, ln_2, y)), "mlp", config.resid_dropout);
    if (config.architecture.gpt_j_residual) return add(x, add(attended, changed(x)));
    const y = add(x, attended);
    return add(y, changed(y));
  };
  const first = dropped(gather(parameters.wte, tokens, "vocab"), "embed", config.embed_dropout);
  const hidden = throughBlocks(parameters.h, first, block, options.recompute);
  const final = normed(config, parameters.ln_f, hidden.at(-1)!);
  return { hidden, final, logits: logitsOf(parameters, final), ...memory.kept() };
}

function selfAttention(
  config: Config,
  { qkv, qkvBias, out, bias }: Block["attn"],
  x: Hidden,
  given: { readonly remember: Remember; readonly angles: Angles; readonly dropped: Dropped },
): Hidden {
  const [query, key, value] = unpacked(linear(x, qkv, qkvBias));
  const seen = given.remember(rotary(key, "kv", given.angles), value);
  const mixed = attend(rotary(query, "kv", given.angles), seen, {
    scale: 1 / Math.sqrt(query.dims.kv.size),
    dropout: given.dropped.by("weights", config.attention_dropout),
  });
  return linear(mixed, out, bias);
}
