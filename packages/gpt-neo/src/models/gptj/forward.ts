import { add, gather, type Tensor } from "mtf";
import { linear, rotary } from "mtf/nn";
import type { Config } from "../../config/index.ts";
import { attend } from "../attend.ts";
import { throughBlocks } from "../blocks.ts";
import type { Dims } from "../dims.ts";
import { type Dropped, droppedBy, droppedIn } from "../dropped.ts";
import { feedForwardOf } from "../feed-forward.ts";
import type { Remember } from "../memory.ts";
import { memoryOf } from "../memory-of.ts";
import type { Forward, ForwardOptions, Hidden } from "../model.ts";
import { normed } from "../norm.ts";
import { logitsOf } from "../output.ts";
import { type Angles, anglesOf } from "../rotary-angles.ts";
import type { Block, Parameters } from "./parameters.ts";

// GPT-J (Wang and Komatsuzaki, 2021): attention and feed-forward are beside each other, of one norm's
// result; positions turn elements side by side; the output has a bias.

/** The model: tokens to the logits of what follows each. */
export function forward(
  config: Config,
  dims: Dims,
  parameters: Parameters,
  tokens: Tensor<"batch" | "length", "int32">,
  options: ForwardOptions = {},
): Forward {
  const memory = memoryOf(config, dims, options);
  const angles = anglesOf(config, dims, memory.positions);
  const dropped = droppedBy(options.dropout);
  const block = (x: Hidden, { ln_1, attn, mlp }: Block, i: number): Hidden => {
    const at = droppedIn(dropped, `h/${i}`);
    const given = { remember: memory.of(i), angles, dropped: at };
    const y = normed(config, ln_1, x);
    const attended = at(selfAttention(config, attn, y, given), "attn", config.resid_dropout);
    const changed = at(feedForwardOf(config, mlp, y), "mlp", config.resid_dropout);
    return add(x, add(attended, changed));
  };
  const first = dropped(gather(parameters.wte, tokens, "vocab"), "embed", config.embed_dropout);
  const hidden = throughBlocks(parameters.h, first, block, options.recompute);
  const final = normed(config, parameters.ln_f, hidden.at(-1)!);
  return { hidden, final, logits: logitsOf(parameters, final), ...memory.kept() };
}

const pairs = { interleaved: true } as const;

function selfAttention(
  config: Config,
  { q, k, v, out }: Block["attn"],
  x: Hidden,
  given: { readonly remember: Remember; readonly angles: Angles; readonly dropped: Dropped },
): Hidden {
  const query = rotary(linear(x, q), "kv", given.angles, pairs);
  const key = rotary(linear(x, k), "kv", given.angles, pairs);
  const seen = given.remember(key, linear(x, v));
  const mixed = attend(query, seen, {
    scale: 1 / Math.sqrt(query.dims.kv.size),
    dropout: given.dropped.by("weights", config.attention_dropout),
  });
  return linear(mixed, out);
}
