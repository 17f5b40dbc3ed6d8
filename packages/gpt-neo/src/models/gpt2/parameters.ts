import type { Tensor } from "mtf";
import type { Config } from "../../config/index.ts";
import type { PositionDim } from "../dims.ts";
import type { FeedForward } from "../feed-forward.ts";
import { type Norm, norm } from "../norm.ts";
import type { PackedDims } from "../packed.ts";
import { bias, type Declared, matrix } from "../parameter.ts";

/** One block's parameters. Matrices are stored [in, out]. */
export interface Block {
  readonly ln_1: Norm;
  readonly attn: {
    readonly qkv: Tensor<"embd" | "qkv" | "heads" | "kv">;
    readonly qkvBias: Tensor<"qkv" | "heads" | "kv">;
    readonly out: Tensor<"heads" | "kv" | "embd">;
    readonly bias: Tensor<"embd">;
  };
  readonly ln_2: Norm;
  readonly mlp: FeedForward;
}

/** All parameters of a GPT-2. */
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
export function parameters(config: Config, dims: PackedDims & PositionDim): Declared<Parameters> {
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

function block(name: string, { embd, qkv, heads, kv, ff }: PackedDims): Declared<Block> {
  const { attn, mlp } = { attn: `${name}.attn`, mlp: `${name}.mlp` };
  return {
    ln_1: norm(`${name}.ln_1`, embd),
    attn: {
      qkv: matrix(`${attn}.c_attn.weight`, [embd, [qkv, heads, kv]], "qkv"),
      qkvBias: bias(`${attn}.c_attn.bias`, [qkv, heads, kv]),
      out: matrix(`${attn}.c_proj.weight`, [[heads, kv], embd], "out"),
      bias: bias(`${attn}.c_proj.bias`, embd),
    },
    ln_2: norm(`${name}.ln_2`, embd),
    mlp: {
      up: matrix(`${mlp}.c_fc.weight`, [embd, ff], "up"),
      upBias: bias(`${mlp}.c_fc.bias`, ff),
      down: matrix(`${mlp}.c_proj.weight`, [ff, embd], "down"),
      downBias: bias(`${mlp}.c_proj.bias`, embd),
    },
  };
}
