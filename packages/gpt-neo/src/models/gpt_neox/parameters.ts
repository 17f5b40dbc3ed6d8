import type { Tensor } from "mtf";
import type { Config } from "../../config/index.ts";
import type { FeedForward } from "../feed-forward.ts";
import { type Norm, norm } from "../norm.ts";
import type { PackedDims } from "../packed.ts";
import { bias, type Declared, matrix } from "../parameter.ts";

/** One block's parameters. */
export interface Block {
  readonly ln_1: Norm;
  readonly attn: {
    /** Head by head, queries, keys and values. */
    readonly qkv: Tensor<"heads" | "qkv" | "kv" | "embd">;
    readonly qkvBias?: Tensor<"heads" | "qkv" | "kv">;
    readonly out: Tensor<"embd" | "heads" | "kv">;
    readonly bias?: Tensor<"embd">;
  };
  readonly ln_2: Norm;
  readonly mlp: FeedForward;
}

/** All parameters of a GPT-NeoX. */
export interface Parameters {
  /** Token embeddings. */
  readonly wte: Tensor<"vocab" | "embd">;
  readonly h: readonly Block[];
  readonly ln_f: Norm;
  /** The output's table, unless the config ties it to the embeddings. */
  readonly lm_head?: Tensor<"vocab" | "embd">;
}

/** The parameters as they lie in files, in the order of files. */
export function parameters(config: Config, dims: PackedDims): Declared<Parameters> {
  const { embd, vocab } = dims;
  const layers = Array.from({ length: config.num_layers }, (_, i) => `gpt_neox.layers.${i}`);
  return {
    wte: matrix("gpt_neox.embed_in.weight", [vocab, embd], "wte"),
    h: layers.map((name) => block(config, name, dims)),
    ln_f: norm("gpt_neox.final_layer_norm", embd),
    ...(!config.tie_word_embeddings && {
      lm_head: matrix("embed_out.weight", [vocab, embd], "lm_head"),
    }),
  };
}

function block(
  { architecture: { use_bias_in_attn_linear: biased } }: Config,
  name: string,
  { embd, qkv, heads, kv, ff }: PackedDims,
): Declared<Block> {
  const { attn, mlp } = { attn: `${name}.attention`, mlp: `${name}.mlp` };
  return {
    ln_1: norm(`${name}.input_layernorm`, embd),
    attn: {
      qkv: matrix(`${attn}.query_key_value.weight`, [[heads, qkv, kv], embd], "qkv"),
      ...(biased && { qkvBias: bias(`${attn}.query_key_value.bias`, [heads, qkv, kv]) }),
      out: matrix(`${attn}.dense.weight`, [embd, [heads, kv]], "out"),
      ...(biased && { bias: bias(`${attn}.dense.bias`, embd) }),
    },
    ln_2: norm(`${name}.post_attention_layernorm`, embd),
    mlp: {
      up: matrix(`${mlp}.dense_h_to_4h.weight`, [ff, embd], "up"),
      upBias: bias(`${mlp}.dense_h_to_4h.bias`, ff),
      down: matrix(`${mlp}.dense_4h_to_h.weight`, [embd, ff], "down"),
      downBias: bias(`${mlp}.dense_4h_to_h.bias`, embd),
    },
  };
}
