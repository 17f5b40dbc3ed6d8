import type { Dimension, Tensor } from "mtf";
import type { Config } from "../../config/index.ts";
import { bias, type Declared, gain, matrix } from "../parameter.ts";
import type { GroupedDims } from "./dims.ts";

/** The gain of a norm, which has no bias. */
export interface Gain {
  readonly gain: Tensor<"embd">;
}

/** One block's parameters; most models have no biases. */
export interface Block {
  readonly ln_1: Gain;
  readonly attn: {
    readonly q: Tensor<"heads" | "group" | "kv" | "embd">;
    readonly qBias?: Tensor<"heads" | "group" | "kv">;
    readonly k: Tensor<"heads" | "kv" | "embd">;
    readonly kBias?: Tensor<"heads" | "kv">;
    readonly v: Tensor<"heads" | "kv" | "embd">;
    readonly vBias?: Tensor<"heads" | "kv">;
    readonly out: Tensor<"embd" | "heads" | "group" | "kv">;
    readonly bias?: Tensor<"embd">;
  };
  readonly ln_2: Gain;
  readonly mlp: {
    readonly gate: Tensor<"ff" | "embd">;
    readonly gateBias?: Tensor<"ff">;
    readonly up: Tensor<"ff" | "embd">;
    readonly upBias?: Tensor<"ff">;
    readonly down: Tensor<"embd" | "ff">;
    readonly downBias?: Tensor<"embd">;
  };
}

/** All parameters of a Llama. */
export interface Parameters {
  /** Token embeddings, which the output may be tied to. */
  readonly wte: Tensor<"vocab" | "embd">;
  readonly h: readonly Block[];
  readonly ln_f: Gain;
  readonly lm_head?: Tensor<"vocab" | "embd">;
}

/** The parameters as they lie in files, in the order of files. */
export function parameters(config: Config, dims: GroupedDims): Declared<Parameters> {
  const { embd, vocab } = dims;
  const layers = Array.from({ length: config.num_layers }, (_, i) => `model.layers.${i}`);
  return {
    wte: matrix("model.embed_tokens.weight", [vocab, embd], "wte"),
    h: layers.map((name) => block(config, name, dims)),
    ln_f: norm("model.norm", embd),
    ...(!config.tie_word_embeddings && {
      lm_head: matrix("lm_head.weight", [vocab, embd], "lm_head"),
    }),
  };
}

function norm(name: string, embd: Dimension<"embd">): Declared<Gain> {
  return { gain: gain(`${name}.weight`, embd) };
}

function block(config: Config, name: string, dims: GroupedDims): Declared<Block> {
  const { embd, heads, group, kv, ff } = dims;
  const { use_bias_in_attn_linear: biased, use_bias_in_mlp: wide } = config.architecture;
  const { attn, mlp } = { attn: `${name}.self_attn`, mlp: `${name}.mlp` };
  return {
    ln_1: norm(`${name}.input_layernorm`, embd),
    attn: {
      q: matrix(`${attn}.q_proj.weight`, [[heads, group, kv], embd], "q"),
      ...(biased && { qBias: bias(`${attn}.q_proj.bias`, [heads, group, kv]) }),
      k: matrix(`${attn}.k_proj.weight`, [[heads, kv], embd], "k"),
      ...(biased && { kBias: bias(`${attn}.k_proj.bias`, [heads, kv]) }),
      v: matrix(`${attn}.v_proj.weight`, [[heads, kv], embd], "v"),
      ...(biased && { vBias: bias(`${attn}.v_proj.bias`, [heads, kv]) }),
      out: matrix(`${attn}.o_proj.weight`, [embd, [heads, group, kv]], "out"),
      ...(biased && { bias: bias(`${attn}.o_proj.bias`, embd) }),
    },
    ln_2: norm(`${name}.post_attention_layernorm`, embd),
    mlp: {
      gate: matrix(`${mlp}.gate_proj.weight`, [ff, embd], "up"),
      ...(wide && { gateBias: bias(`${mlp}.gate_proj.bias`, ff) }),
      up: matrix(`${mlp}.up_proj.weight`, [ff, embd], "up"),
      ...(wide && { upBias: bias(`${mlp}.up_proj.bias`, ff) }),
      down: matrix(`${mlp}.down_proj.weight`, [embd, ff], "down"),
      ...(wide && { downBias: bias(`${mlp}.down_proj.bias`, embd) }),
    },
  };
}
