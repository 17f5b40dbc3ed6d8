import { add, type Tensor } from "mtf";
import { linear } from "mtf/nn";
import type { Config } from "../../config/index.ts";
import { attend } from "../attend.ts";
import { throughBlocks } from "../blocks.ts";
import { type Dropped, droppedBy, droppedIn } from "../dropped.ts";
import { embedded } from "../embedding.ts";
import { feedForwardOf } from "../feed-forward.ts";
import type { Remember } from "../memory.ts";
import { memoryOf } from "../memory-of.ts";
import type { Forward, ForwardOptions, Hidden } from "../model.ts";
import { normed } from "../norm.ts";
import { logitsOf } from "../output.ts";
import { type PackedDims, unpacked } from "../packed.ts";
import type { Block, Parameters } from "./parameters.ts";

// GPT-2 (Radford et al., 2019): attention is scaled, queries, keys and values have biases and are one
// matrix's, every layer sees all that was before.

/** The model: tokens to the logits of what follows each. */
export function forward(
  config: Config,
  dims: PackedDims,
  parameters: Parameters,
  tokens: Tensor<"batch" | "length", "int32">,
  options: ForwardOptions = {},
): Forward {
  const memory = memoryOf(config, dims, options);
  const dropped = droppedBy(options.dropout);
  const words = embedded(parameters, dims, tokens, memory.positions);
  const block = (x: Hidden, { ln_1, attn, ln_2, mlp }: Block, i: number): Hidden => {
    const at = droppedIn(dropped, `h/${i}`);
    const scale = scaleOf(config, dims, i);
    const given = { remember: memory.of(i), scale, dropped: at };
    const attended = selfAttention(config, attn, normed(config, ln_1, x), given);
    const y = add(x, at(attended, "attn", config.resid_dropout));
    const changed = feedForwardOf(config, mlp, normed(config, ln_2, y));
    return add(y, at(changed, "mlp", config.resid_dropout));
  };
  const first = dropped(words, "embed", config.embed_dropout);
  const hidden = throughBlocks(parameters.h, first, block, options.recompute);
  const final = normed(config, parameters.ln_f, hidden.at(-1)!);
  return { hidden, final, logits: logitsOf(parameters, final), ...memory.kept() };
}

/** What scores are multiplied by, which may be less in later layers. */
function scaleOf({ architecture }: Config, { kv }: PackedDims, layer: number): number {
  const layers = architecture.scale_attn_by_inverse_layer_idx ? layer + 1 : 1;
  return 1 / Math.sqrt(kv.size) / layers;
}

function selfAttention(
  config: Config,
  { qkv, qkvBias, out, bias }: Block["attn"],
  x: Hidden,
  given: { readonly remember: Remember; readonly scale: number; readonly dropped: Dropped },
): Hidden {
  const [query, key, value] = unpacked(linear(x, qkv, qkvBias));
  const mixed = attend(query, given.remember(key, value), {
    scale: given.scale,
    dropout: given.dropped.by("weights", config.attention_dropout),
  });
  return linear(mixed, out, bias);
}
