import type { Tensor } from "mtf";
import type { Config } from "../../config/index.ts";
import type { Dims } from "../dims.ts";
import type { FeedForward } from "../feed-forward.ts";
import { type Norm, norm } from "../norm.ts";
import { bias, type Declared, matrix } from "../parameter.ts";

/** One block's parameters. Attention has no biases, and shares its norm with feed-forward. */
export interface Block {
  readonly ln_1: Norm;
  readonly attn: {
    readonly q: Tensor<"heads" | "kv" | "embd">;
    readonly k: Tensor<"heads" | "kv" | "embd">;
    readonly v: Tensor<"heads" | "kv" | "embd">;
    readonly out: Tensor<"embd" | "heads" | "kv">;
  };
  readonly mlp: FeedForward;
}

/** All parameters of a GPT-J. */
export interface Parameters {
  /** Token embeddings. */
  readonly wte: Tensor<"vocab" | "embd">;
  readonly h: readonly Block[];
  readonly ln_f: Norm;
  /** The output's table, unless the config ties it to the embeddings. */
  readonly lm_head?: Tensor<"vocab" | "embd">;
  readonly lm_bias: Tensor<"vocab">;
}

/** The parameters as they lie in files, in the order of files. */
export function parameters(config: Config, dims: Dims): Declared<Parameters> {
  const { embd, vocab } = dims;
  const layers = Array.from({ length: config.num_layers }, (_, i) => `transformer.h.${i}`);
  return {
    wte: matrix("transformer.wte.weight", [vocab, embd], "wte"),
    h: layers.map((name) => block(name, dims)),
    ln_f: norm("transformer.ln_f", embd),
    ...(!config.tie_word_embeddings && {
      lm_head: matrix("lm_head.weight", [vocab, embd], "lm_head"),
    }),
    lm_bias: bias("lm_head.bias", vocab),
  };
}

function block(name: string, { embd, heads, kv, ff }: Dims): Declared<Block> {
  const { attn, mlp } = { attn: `${name}.attn`, mlp: `${name}.mlp` };
  return {
    ln_1: norm(`${name}.ln_1`, embd),
    attn: {
      q: matrix(`${attn}.q_proj.weight`, [[heads, kv], embd], "q"),
      k: matrix(`${attn}.k_proj.weight`, [[heads, kv], embd], "k"),
      v: matrix(`${attn}.v_proj.weight`, [[heads, kv], embd], "v"),
      out: matrix(`${attn}.out_proj.weight`, [embd, [heads, kv]], "out"),
    },
    mlp: {
      up: matrix(`${mlp}.fc_in.weight`, [ff, embd], "up"),
      upBias: bias(`${mlp}.fc_in.bias`, ff),
      down: matrix(`${mlp}.fc_out.weight`, [embd, ff], "down"),
      downBias: bias(`${mlp}.fc_out.bias`, embd),
    },
  };
}
