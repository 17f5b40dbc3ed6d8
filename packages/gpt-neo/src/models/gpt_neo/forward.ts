import {
  add,
  and,
  broadcast,
  dropout,
  einsum,
  equal,
  fold,
  gather,
  gelu,
  greaterEqual,
  iota,
  layerNorm,
  lessEqual,
  recompute,
  rename,
  slice,
  softmax,
  sub,
  type Tensor,
  where,
} from "mtf";
import type { Config } from "../../config/index.ts";
import type { Dims } from "../dims.ts";
import type { Forward, ForwardOptions } from "../model.ts";
import type { Block, Norm, Parameters } from "./parameters.ts";

// GPT-Neo (Black et al., 2021), as its published weights expect it: attention logits are not
// scaled, layers attend globally or within a window, gelu is the tanh form, the output is tied to
// the token embeddings.

type Hidden = Tensor<"batch" | "length" | "embd">;
type Mask = Tensor<"length" | "memory_length", "bool">;
type RowMask = Tensor<"batch" | "length" | "memory_length", "bool">;

/**
 * The model: tokens to the logits of what follows each.
 *
 * @example
 * const { logits } = forward(config, dims, parameters, tokens);
 */
export function forward(
  config: Config,
  dims: Dims,
  parameters: Parameters,
  tokens: Tensor<"batch" | "length", "int32">,
  options: ForwardOptions = {},
): Forward {
  const key = options.dropout;
  const masks = attentionMasks(config, dims);
  const own = options.documents && sameDocument(options.documents);
  const dropped: Dropped = (x, name, rate) =>
    key && rate > 0 ? dropout(fold(key, name), x, rate) : x;
  const words = gather(parameters.wte, tokens, "vocab");
  const embedded = options.positions
    ? add(words, gather(parameters.wpe, options.positions, "position"))
    : add(words, firstPositions(parameters, dims));
  const hidden: Hidden[] = [dropped(embedded, "embed", config.embed_dropout)];
  config.attention_layers.forEach((kind, i) => {
    const { ln_1, attn, ln_2, mlp }: Block = parameters.h[i]!;
    const at: Dropped = (x, name, rate) => dropped(x, `h/${i}/${name}`, rate);
    const mask: Masked = (scores) => masked(scores, masks[kind], options.attended, own);
    const block = (x: Hidden): Hidden => {
      const attended = attention(config, attn, norm(config, ln_1, x), mask, at);
      const y = add(x, at(attended, "attn", config.resid_dropout));
      return add(y, at(feedForward(mlp, norm(config, ln_2, y)), "mlp", config.resid_dropout));
    };
    hidden.push((options.recompute ? recompute(block) : block)(hidden[i]!));
  });
  const final = norm(config, parameters.ln_f, hidden[config.num_layers]!);
  const logits = einsum(final, outputTable(parameters), "batch", "length", "vocab");
  return { hidden, final, logits };
}

/** What the output multiplies by: the token embeddings, unless the model has a table of its own. */
export function outputTable({ wte, lm_head }: Parameters): Tensor<"vocab" | "embd"> {
  return lm_head ?? wte;
}

/** The embeddings of positions 0, 1, 2 …, which all rows share. */
function firstPositions({ wpe }: Parameters, { length }: Dims): Tensor<"length" | "embd"> {
  return rename(slice(wpe, "position", 0, length.size), "position", "length");
}

type Dropped = <Names extends string>(
  x: Tensor<Names>,
  name: string,
  rate: number,
) => Tensor<Names>;

function norm(config: Config, { gain, bias }: Norm, x: Hidden): Hidden {
  return layerNorm(x, gain, bias, "embd", { epsilon: config.layer_norm_epsilon });
}

function attention(
  config: Config,
  { q, k, v, out, bias }: Block["attn"],
  x: Hidden,
  mask: Masked,
  dropped: Dropped,
): Hidden {
  const memory = rename(x, "length", "memory_length");
  const query = einsum(x, q, "batch", "length", "heads", "kv");
  const keys = einsum(memory, k, "batch", "memory_length", "heads", "kv");
  const values = einsum(memory, v, "batch", "memory_length", "heads", "kv");
  const scores = einsum(query, keys, "batch", "heads", "length", "memory_length");
  const weights = softmax(mask(scores), "memory_length");
  const seen = dropped(weights, "weights", config.attention_dropout);
  const mixed = einsum(seen, values, "batch", "length", "heads", "kv");
  return add(einsum(mixed, out, "batch", "length", "embd"), bias);
}

function feedForward({ up, upBias, down, downBias }: Block["mlp"], x: Hidden): Hidden {
  const inner = gelu(add(einsum(x, up, "batch", "length", "ff"), upBias));
  return add(einsum(inner, down, "batch", "length", "embd"), downBias);
}

type Scores = Tensor<"batch" | "heads" | "length" | "memory_length">;
type Masked = (scores: Scores) => Scores;

/** The lowest float32: what a masked score becomes. */
const lowest = -3.4028234663852886e38;

/** Scores of what a position sees: by the layer's mask, by what may be seen, by its document. */
function masked(
  scores: Scores,
  mask: Mask,
  attended: ForwardOptions["attended"],
  own: RowMask | undefined,
): Scores {
  if (own) return where(attended ? and(and(mask, own), attended) : and(mask, own), scores, lowest);
  return attended ? where(and(mask, attended), scores, lowest) : where(mask, scores, lowest);
}

/**
 * Which positions a position sees: itself and all before it, or, in local layers, itself and the
 * `window_size - 1` before it.
 */
function attentionMasks(config: Config, dims: Dims): Record<"global" | "local", Mask> {
  const query = broadcast(iota(dims.length), dims.memory_length);
  const distance = sub(query, iota(dims.memory_length));
  const global = greaterEqual(distance, 0);
  return { global, local: and(global, lessEqual(distance, config.window_size - 1)) };
}

function sameDocument(documents: Tensor<"batch" | "length", "int32">): RowMask {
  return equal(documents, rename(documents, "length", "memory_length"));
}
