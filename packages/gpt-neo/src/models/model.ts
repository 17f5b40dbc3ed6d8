import type { AnyTensor, Key, Scalar, Tensor } from "mtf";
import type { Config } from "../config/index.ts";
import type { Cache, Continued } from "./cache.ts";
import type { Dims } from "./dims.ts";
import type { FileNames } from "./file-names.ts";
import type { OutputLayer } from "./output.ts";
import type { Declared } from "./parameter.ts";
import type { ParameterName } from "./parameter-name.ts";
import type { MissingPart, Parts } from "./parts.ts";
import type { Paged, Pool } from "./pool.ts";
import type { WeightsDType } from "./weights-dtype.ts";

export type Hidden = Tensor<"batch" | "length" | "embd">;

/** What a forward pass may be given beside parameters and tokens. */
export interface ForwardOptions {
  /** Whether the gradient computes each block again, in place of holding its values. */
  readonly recompute?: boolean;
  /** Says that it is training, which draws from it: dropout at the configured rates. */
  readonly dropout?: Key;
  /** Positions of the tokens; default 0, 1, 2 …, which padding on the left would shift. */
  readonly positions?: Tensor<"batch" | "length", "int32">;
  /** Which tokens may be attended to; default all. */
  readonly attended?: Tensor<"batch" | "memory_length", "bool">;
  /** Which document each token is of, to be the only one that it sees; default one a row. */
  readonly documents?: Tensor<"batch" | "length", "int32">;
  /** What was before the tokens: they see it, and are added to it. Says positions and what is attended. */
  readonly cache?: Continued;
  /** The same, of a pool of blocks that rows share; it goes with no `cache`. */
  readonly paged?: Paged;
}

/** Every stage of a forward pass. */
export interface Forward {
  /** What enters each block, and last what leaves the final one, before the final norm. */
  readonly hidden: readonly Hidden[];
  /** After the final norm. */
  readonly final: Hidden;
  readonly logits: Tensor<"batch" | "length" | "vocab">;
  /** What is added to the loss of training: how unevenly experts are used. */
  readonly auxiliary?: Scalar;
  /** What was given as a cache, and the tokens. */
  readonly cache?: Cache;
  /** What was given as a pool, and the tokens. */
  readonly pool?: Pool;
}

/**
 * An architecture as its folder describes it. `Parameters` is its tree of tensors, `Own` its dims:
 * those of every model, and maybe others.
 */
export interface Architecture<Parameters, Own extends Dims = Dims> {
  /** What errors call it. */
  readonly title: string;
  readonly parts: Parts;
  /** The dims at work on `batch` sequences of `length` tokens. */
  dims(config: Config, batch: number, length: number): Own;
  /** The parameters as they lie in files, in the order of files. */
  parameters(config: Config, dims: Own): Declared<Parameters>;
  /** Tokens to the logits of what follows each. */
  forward(
    config: Config,
    dims: Own,
    parameters: Parameters,
    tokens: Tensor<"batch" | "length", "int32">,
    options?: ForwardOptions,
  ): Forward;
  readonly files: FileNames;
  /** The path of the final norm's parameters. */
  readonly finalNorm: string;
  /** Whether a parameter, by its path, is a table whose rows are only looked up. */
  isLookup(config: Config, path: string): boolean;
}

/** A model's parameters, of whatever architecture: tensors by name, in groups, and in a list of blocks. */
export interface Parameters {
  readonly [name: string]: AnyTensor | ParameterGroup | readonly ParameterBlock[];
}

/** One block's parameters. */
export interface ParameterBlock {
  readonly [name: string]: AnyTensor | ParameterGroup;
}

/** Parameters of one layer: of a norm, of attention. */
export interface ParameterGroup {
  readonly [name: string]: AnyTensor;
}

/** All that training, evaluation, generation and files need of an architecture. */
export interface Model {
  /** What a config asks for that it is not made of: each such key, and what there is instead. */
  missingParts(config: Pick<Config, "architecture">): readonly MissingPart[];
  /** Refuses a config that asks for such parts; `where` is what errors call it. */
  requireParts(config: Pick<Config, "architecture">, where?: string): void;
  /**
   * The dims at work on `batch` sequences of `length` tokens.
   *
   * @param memory how many tokens these see, themselves among them; by default no others
   */
  dims(config: Config, batch: number, length: number, memory?: number): Dims;
  /** The parameters by their names in Hugging Face's files, in the order of files. */
  names(config: Config): readonly ParameterName[];
  /** Parameters without numbers, to lower functions of parameters with. */
  placeholders(config: Config, dims: Dims, dtype?: WeightsDType): Parameters;
  /** Fresh parameters. */
  initial(config: Config, dims: Dims, key: Key): Parameters;
  /** Tokens to the logits of what follows each. */
  forward(
    config: Config,
    dims: Dims,
    parameters: Parameters,
    tokens: Tensor<"batch" | "length", "int32">,
    options?: ForwardOptions,
  ): Forward;
  /** The last layer: what makes logits of the final norm's result. */
  outputOf(parameters: Parameters): OutputLayer;
  /** The final norm's result at one place of each row, as logits. */
  logitsOf(parameters: Parameters, final: Tensor<"batch" | "embd">): Tensor<"batch" | "vocab">;
  /** How files of weights name what is no parameter by its own name. */
  readonly files: FileNames;
  /** Whether a parameter, by its path, is of the final norm. */
  isFinalNorm(path: string): boolean;
  /** Whether a parameter, by its path, is a table whose rows are only looked up. */
  isLookup(config: Config, path: string): boolean;
}
