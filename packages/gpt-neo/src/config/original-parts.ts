import * as v from "valibot";
import { type Experts, experts } from "./experts.ts";
import { count } from "./numbers.ts";

/**
 * The original GPT-Neo's own options, in its words where it has any: what a model of type
 * `gpt_neo_mesh` is made of beside what other models are. By default it is a GPT-Neo.
 */
export interface OriginalParts {
  /** Whether tokens see only what is before them; else all of their text, as masked models do. */
  readonly causal: boolean;
  /** Positions are the means of rows of two tables, this long; null is one table. */
  readonly axial_pos_emb: readonly [number, number] | null;
  /** Whether norms have one gain for all elements, and no bias. */
  readonly scalenorm: boolean;
  /** Whether a learned factor behind attention and feed-forward takes the place of norms before them. */
  readonly rezero: boolean;
  /** Whether there is a norm before the output; the original left it out where weights are not tied. */
  readonly final_norm: boolean;
  /** Whether feed-forward layers are gated. */
  readonly mlp_glu: boolean;
  /** Whether half a feed-forward layer comes before attention, and half of one behind. */
  readonly macaron: boolean;
  /** Keys and values that every token sees in global layers beside those of tokens. */
  readonly num_mem_kv: number;
  /** Whether layers without attention double what comes in, as the original's did. */
  readonly none_doubles: boolean;
  /** Which layers are mixtures of experts, and of which; null is none. */
  readonly moe: Experts | null;
}

const off = v.optional(v.boolean(), false);
const on = v.optional(v.boolean(), true);

/** The keys of a config's `original`, each with what it may be. */
export const originalPartSchemas: {
  readonly [Key in keyof OriginalParts]: v.GenericSchema<unknown, OriginalParts[Key]>;
} = {
  causal: on,
  axial_pos_emb: v.optional(v.nullable(v.strictTuple([count, count])), null),
  scalenorm: off,
  rezero: off,
  final_norm: on,
  mlp_glu: off,
  macaron: off,
  num_mem_kv: v.optional(
    v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(2 ** 31 - 1)),
    0,
  ),
  none_doubles: off,
  moe: v.optional(v.nullable(experts), null),
};

/** The keys of a config's `original`. */
export const originalPartKeys: readonly string[] = Object.keys(originalPartSchemas);

/** GPT-Neo's. */
export const usualParts: OriginalParts = v.parse(v.object(originalPartSchemas), {});

/** What is not as GPT-Neo has it. */
export function unusualParts(parts: OriginalParts): Partial<OriginalParts> {
  const entries = Object.entries(parts) as [keyof OriginalParts, unknown][];
  const differs = ([key, value]: (typeof entries)[number]): boolean =>
    JSON.stringify(value) !== JSON.stringify(usualParts[key]);
  return Object.fromEntries(entries.filter(differs));
}
