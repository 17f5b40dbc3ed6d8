import { type Dimension, fill, fold, type Key, normal, placeholder, type Tensor } from "mtf";
import type { Config } from "../../config/index.ts";
import type { Dims } from "../dims.ts";
import type { WeightsDType } from "../weights-dtype.ts";
import { initialSpread, type Matrix } from "./initial-spread.ts";

/** The gain and bias of a layer norm. */
export interface Norm {
  readonly gain: Tensor<"embd">;
  readonly bias: Tensor<"embd">;
}

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
  readonly mlp: {
    readonly up: Tensor<"ff" | "embd">;
    readonly upBias: Tensor<"ff">;
    readonly down: Tensor<"embd" | "ff">;
    readonly downBias: Tensor<"embd">;
  };
}

/**
 * All parameters of a GPT-Neo. Dims are stored in the order of the published weights, so that a
 * device reads its slice straight from the file.
 */
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

/** What makes one parameter, from its name, its dims and how it begins. */
type Make = <Names extends string>(
  name: string,
  dims: readonly Dimension<Names>[],
  begin: Matrix | "zeros" | "ones",
) => Tensor<Names>;

/**
 * Fresh parameters: matrices normal with the spreads that the config gives them, biases 0, gains 1.
 *
 * @example
 * const begin = lower(() => initialParameters(config, dims, key(42)), { layout, inputs: [] });
 */
export function initialParameters(config: Config, dims: Dims, key: Key): Parameters {
  return build(config, dims, (name, of, begin) => {
    if (begin === "zeros" || begin === "ones") return fill(of, begin === "ones" ? 1 : 0);
    return normal(fold(key, name), of, { std: initialSpread(config, begin) });
  });
}

/**
 * Parameters without numbers, to lower functions of parameters with.
 *
 * @param dtype what they rest as; default float32
 * @example
 * const inputs = [parameterPlaceholders(config, dims), tokens] as const;
 */
export function parameterPlaceholders(
  config: Config,
  dims: Dims,
  dtype: WeightsDType = "float32",
): Parameters {
  return build(config, dims, (_name, of) => {
    if (dtype === "bfloat16" || dtype === "float16") return placeholder(of, { rest: dtype });
    if (dtype === "float32" || of.length === 1) return placeholder(of);
    return placeholder(of, { rest: { dtype, scales: outputsOf(of) } });
  });
}

/** The dims of a matrix that its products keep: the outputs, which come first. */
function outputsOf<Names extends string>(
  dims: readonly Dimension<Names>[],
): readonly Dimension<Names>[] {
  const [first] = dims;
  return first!.name === "embd" ? [first!] : dims.filter((dim) => dim.name !== "embd");
}

function build(config: Config, dims: Dims, make: Make): Parameters {
  const { embd, heads, kv, ff, vocab, position } = dims;
  const norm = (name: string): Norm => ({
    gain: make(`${name}/gain`, [embd], "ones"),
    bias: make(`${name}/bias`, [embd], "zeros"),
  });
  const block = (name: string): Block => ({
    ln_1: norm(`${name}/ln_1`),
    attn: {
      q: make(`${name}/attn/q`, [heads, kv, embd], "q"),
      k: make(`${name}/attn/k`, [heads, kv, embd], "k"),
      v: make(`${name}/attn/v`, [heads, kv, embd], "v"),
      out: make(`${name}/attn/out`, [embd, heads, kv], "out"),
      bias: make(`${name}/attn/bias`, [embd], "zeros"),
    },
    ln_2: norm(`${name}/ln_2`),
    mlp: {
      up: make(`${name}/mlp/up`, [ff, embd], "up"),
      upBias: make(`${name}/mlp/upBias`, [ff], "zeros"),
      down: make(`${name}/mlp/down`, [embd, ff], "down"),
      downBias: make(`${name}/mlp/downBias`, [embd], "zeros"),
    },
  });
  return {
    wte: make("wte", [vocab, embd], "wte"),
    wpe: make("wpe", [position, embd], "wpe"),
    h: Array.from({ length: config.num_layers }, (_, i) => block(`h/${i}`)),
    ln_f: norm("ln_f"),
    ...(!config.tie_word_embeddings && { lm_head: make("lm_head", [vocab, embd], "lm_head") }),
  };
}
