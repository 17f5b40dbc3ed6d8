import { defined, type Keys, numberOf } from "../key-rules.ts";
import { innerWidthOf } from "./architecture.ts";
import { expandAttention, isGlobal } from "./attention.ts";
import { modelAxis } from "./mesh.ts";

/** A NeoX config's sizes under our names, without what it leaves out. */
export function modelOf(keys: Keys, words: number | undefined): Keys {
  const layers = keys.num_layers as number;
  return defined({
    vocab_size: keys.padded_vocab_size ?? padded(words ?? 50257, keys),
    max_position_embeddings: keys.max_position_embeddings,
    hidden_size: keys.hidden_size,
    num_layers: layers,
    num_heads: keys.num_attention_heads,
    attention_types: ofGlobalLayers(keys.attention_config, layers),
    intermediate_size: innerWidthOf(keys) ?? 4 * numberOf(keys.hidden_size),
    layer_norm_epsilon: keys.layernorm_epsilon,
    initializer_range: keys.init_method_std,
    attention_dropout: keys.attention_dropout,
    resid_dropout: keys.hidden_dropout,
    embed_dropout: keys.hidden_dropout,
    tie_word_embeddings: keys.no_weight_tying !== true,
  });
}

/** Layers of other kinds are told by the architecture; here they stand for their number. */
function ofGlobalLayers(written: unknown, layers: number): unknown {
  const types = expandAttention(written, layers);
  return types?.every(([pattern]) => pattern.every(isGlobal)) ? types : [[["global"], layers]];
}

/** The words of a tokenizer and as many rows more as NeoX added for its mesh. */
function padded(words: number, keys: Keys): number {
  const multiple = ((keys.make_vocab_size_divisible_by ?? 128) as number) * modelAxis(keys);
  return Math.ceil(words / multiple) * multiple;
}
