import type { Tensor } from "mtf";
import type { Config } from "../../config/index.ts";
import type { Dims, PositionDim } from "../dims.ts";
import type { FeedForward } from "../feed-forward.ts";
import { type Norm, norm } from "../norm.ts";
import { bias, type Declared, matrix } from "../parameter.ts";

/** One block's parameters. Queries, keys and values have no bias. */
export interface Block {
  readonly ln_1: Norm;
  readonly attn: {
    readonly q: Tensor<"heads" | "kv" | "embd">;
    readonly k: Tensor<"heads" | "kv" | "embd">;
    readonly v: Tensor<"heads" | "kv" | "embd">;
    readonly out: Tensor<"embd" | "heads" | "kv">;
    readonly bias: Tensor<"embd">;
  };
  readonly ln_2: Norm;
  readonly mlp: FeedForward;
}

/** All parameters of a GPT-Neo. */
export interface Parameters {
  /** Token embeddings, which the output is tied to where it has no table of its own. */
  readonly wte: Tensor<"vocab" | "embd">;
  /** Position embeddings. */
  readonly wpe: Tensor<"position" | "embd">;
  readonly h: readonly Block[];
  readonly ln_f: Norm;
  /** The output's own table, where the config unties it. */
  readonly lm_head?: Tensor<"vocab" | "embd">;
}

/** The parameters as they lie in files, in the order of files. */
export function parameters(config: Config, dims: Dims & PositionDim): Declared<Parameters> {
  const { embd, vocab, position } = dims;
  const layers = Array.from({ length: config.num_layers }, (_, i) => `transformer.h.${i}`);
  return {
    wte: matrix("transformer.wte.weight", [vocab, embd], "wte"),
    wpe: matrix("transformer.wpe.weight", [position, embd], "wpe"),
    h: layers.map((name) => block(name, dims)),
    ln_f: norm("transformer.ln_f", embd),
    ...(!config.tie_word_embeddings && {
      lm_head: matrix("lm_head.weight", [vocab, embd], "lm_head"),
    }),
  };
}

function block(name: string, { embd, heads, kv, ff }: Dims): Declared<Block> {
  const attention = `${name}.attn.attention`;
  const mlp = `${name}.mlp`;
  return {
    ln_1: norm(`${name}.ln_1`, embd),
    attn: {
      q: matrix(`${attention}.q_proj.weight`, [[heads, kv], embd], "q"),
      k: matrix(`${attention}.k_proj.weight`, [[heads, kv], embd], "k"),
      v: matrix(`${attention}.v_proj.weight`, [[heads, kv], embd], "v"),
      out: matrix(`${attention}.out_proj.weight`, [embd, [heads, kv]], "out"),
      bias: bias(`${attention}.out_proj.bias`, embd),
    },
    ln_2: norm(`${name}.ln_2`, embd),
    mlp: {
      up: matrix(`${mlp}.c_fc.weight`, [ff, embd], "up"),
      upBias: bias(`${mlp}.c_fc.bias`, ff),
      down: matrix(`${mlp}.c_proj.weight`, [embd, ff], "down"),
      downBias: bias(`${mlp}.c_proj.bias`, embd),
    },
  };
}
