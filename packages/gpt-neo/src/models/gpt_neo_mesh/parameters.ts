import type { Scalar, Tensor } from "mtf";
import type { Config } from "../../config/index.ts";
import { bias, type Declared, matrix, scalar } from "../parameter.ts";
import { attentionParameters, type SelfAttention } from "./attention.ts";
import type { MeshDims } from "./dims.ts";
import { type FeedForward, feedForwardParameters } from "./feed-forward.ts";
import { isMixture, type Mixture, mixtureParameters } from "./mixture.ts";
import { layerNormParameters, type Norm, normParameters } from "./norm.ts";
import { type Positions, positionParameters } from "./positions.ts";

/** One block's parameters: those that its config asks for. */
export interface Block {
  /** The half before attention. */
  readonly macaron?: FeedForward;
  readonly ln_1?: Norm;
  readonly attn?: SelfAttention;
  /** What attention is multiplied by in place of a norm. */
  readonly rezero_1?: Scalar;
  readonly ln_2?: Norm;
  readonly mlp?: FeedForward;
  readonly moe?: Mixture;
  readonly rezero_2?: Scalar;
}

/** All parameters of a GPT-Neo with the original's options. */
export interface Parameters extends Positions {
  /** Token embeddings, which the output is tied to where it has no table of its own. */
  readonly wte: Tensor<"vocab" | "embd">;
  /** One for each layer, or one for all of them. */
  readonly h: readonly Block[];
  readonly ln_f?: Norm;
  /** The output's own table and bias, where the config unties it. */
  readonly lm_head?: Tensor<"vocab" | "embd">;
  readonly lm_bias?: Tensor<"vocab">;
}

/** The parameters as they lie in files, in the order of files. */
export function parameters(config: Config, dims: MeshDims): Declared<Parameters> {
  const { embd, vocab } = dims;
  return {
    wte: matrix("transformer.wte.weight", [vocab, embd], "wte"),
    ...positionParameters(config, dims),
    h: blocksOf(config).map((named) => block(config, named, dims)),
    ...(config.original.final_norm && { ln_f: layerNormParameters("transformer.ln_f", embd) }),
    ...(!config.tie_word_embeddings && {
      lm_head: matrix("lm_head.weight", [vocab, embd], "lm_head"),
      lm_bias: bias("lm_head.bias", vocab),
    }),
  };
}

/** What a set of weights is called, and the layers that have it. */
interface Named {
  readonly name: string;
  readonly layers: readonly number[];
}

function blocksOf({ num_layers, architecture }: Config): readonly Named[] {
  const layers = Array.from({ length: num_layers }, (_, layer) => layer);
  if (architecture.num_unique_layers === 1) return [{ name: "transformer.shared", layers }];
  return layers.map((layer) => ({ name: `transformer.h.${layer}`, layers: [layer] }));
}

function block(config: Config, { name, layers }: Named, dims: MeshDims): Declared<Block> {
  const { rezero, macaron } = config.original;
  const kinds = layers.map((layer) => config.attention_layers[layer]!);
  const attends = kinds.some((kind) => kind !== "none");
  const norm = (at: string) => normParameters(config, `${name}.${at}`, dims.embd);
  return {
    ...(macaron && { macaron: feedForwardParameters(config, `${name}.mlp_macaron`, dims) }),
    ...(attends && {
      ...(!rezero && { ln_1: norm("ln_1") }),
      attn: attentionParameters(config, `${name}.attn.attention`, kinds, dims),
    }),
    ...(rezero && { rezero_1: scalar(`${name}.rezero_1`, 0) }),
    ...(!rezero && { ln_2: norm("ln_2") }),
    ...(layers.some((layer) => !isMixture(config, layer)) && {
      mlp: feedForwardParameters(config, `${name}.mlp`, dims),
    }),
    ...(layers.some((layer) => isMixture(config, layer)) && {
      moe: mixtureParameters(`${name}.moe`, dims),
    }),
    ...(rezero && { rezero_2: scalar(`${name}.rezero_2`, 0) }),
  };
}
