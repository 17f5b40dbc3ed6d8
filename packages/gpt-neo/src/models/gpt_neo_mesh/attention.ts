import type { Tensor } from "mtf";
import { linear, rotary } from "mtf/nn";
import type { AttentionType, Config } from "../../config/index.ts";
import { attend } from "../attend.ts";
import type { Dropped } from "../dropped.ts";
import type { Remember } from "../memory.ts";
import type { Hidden } from "../model.ts";
import { bias, type Declared, matrix } from "../parameter.ts";
import type { Angles } from "../rotary-angles.ts";
import type { MeshDims } from "./dims.ts";
import { linearAttention } from "./linear-attention.ts";
import { type OwnMemory, ownMemoryParameters, withOwnMemory } from "./own-memory.ts";

/** Attention's parameters. Queries, keys and values have no bias. */
export interface SelfAttention extends OwnMemory {
  readonly q: Tensor<"heads" | "kv" | "embd">;
  readonly k: Tensor<"heads" | "kv" | "embd">;
  readonly v: Tensor<"heads" | "kv" | "embd">;
  readonly out: Tensor<"embd" | "heads" | "kv">;
  readonly bias: Tensor<"embd">;
}

/** @param kinds those of the layers that have these parameters */
export function attentionParameters(
  config: Config,
  name: string,
  kinds: readonly AttentionType[],
  dims: MeshDims,
): Declared<SelfAttention> {
  const { embd, heads, kv } = dims;
  return {
    q: matrix(`${name}.q_proj.weight`, [[heads, kv], embd], "q"),
    k: matrix(`${name}.k_proj.weight`, [[heads, kv], embd], "k"),
    v: matrix(`${name}.v_proj.weight`, [[heads, kv], embd], "v"),
    out: matrix(`${name}.out_proj.weight`, [embd, [heads, kv]], "out"),
    bias: bias(`${name}.out_proj.bias`, embd),
    ...(kinds.includes("global") && ownMemoryParameters(config, name, dims)),
  };
}

/** What a layer's attention is given beside its parameters. */
export interface Given {
  readonly kind: AttentionType;
  readonly remember: Remember;
  /** How far queries and keys are turned, where they are. */
  readonly angles: Angles | undefined;
  readonly dropped: Dropped;
}

export function selfAttention(
  config: Config,
  { q, k, v, out, bias, ...own }: SelfAttention,
  x: Hidden,
  { kind, remember, angles, dropped }: Given,
): Hidden {
  const turned = <T extends "batch" | "length" | "heads" | "kv">(y: Tensor<T>): Tensor<T> =>
    angles ? (rotary(y as never, "kv" as never, angles as never) as never) : y;
  const query = turned(linear(x, q));
  const seen = remember(turned(linear(x, k)), linear(x, v));
  if (kind === "linear") {
    return linear(linearAttention(query, seen, config.original.causal), out, bias);
  }
  const mixed = attend(query, kind === "global" ? withOwnMemory(own, seen) : seen, {
    // The original's local layers had no dropout here.
    ...(kind === "global" && {
      dropout: dropped.by("weights", config.attention_dropout),
    }),
  });
  return linear(mixed, out, bias);
}
