import * as v from "valibot";

/**
 * How matrices begin; null is normal with `initializer_range`, as in Hugging Face's library. Biases
 * begin at 0 and gains at 1 whatever it says.
 */
export type InitialWeights = OriginalInitialWeights | NeoxInitialWeights;

/** As in the original GPT-Neo: queries, keys and values by their fan-in, the rest by fixed spreads. */
export interface OriginalInitialWeights {
  readonly method: "gpt-neo";
  /** Whether what a feed-forward layer adds is smaller by the root of the layers. */
  readonly scale_by_depth: boolean;
  /** Whether feed-forward matrices are smaller by the root of what goes in. */
  readonly scale_by_in: boolean;
}

/** As in NeoX: one spread for what reads the residual stream, one for what adds to it. */
export interface NeoxInitialWeights {
  readonly method: "neox";
  readonly init_method: NeoxMethod;
  readonly output_layer_init_method: NeoxMethod;
}

/** The methods of NeoX's whose weights are normal with a spread that the config gives. */
export type NeoxMethod = (typeof neoxMethods)[number];

export const neoxMethods = [
  "normal",
  "scaled_normal",
  "single_residual_scaled_normal",
  "small_init",
  "wang_init",
] as const;

const off = v.optional(v.boolean(), false);

export const initialWeights: v.GenericSchema<unknown, InitialWeights> = v.variant("method", [
  v.strictObject({ method: v.literal("gpt-neo"), scale_by_depth: off, scale_by_in: off }),
  v.strictObject({
    method: v.literal("neox"),
    init_method: v.optional(v.picklist(neoxMethods), "normal"),
    output_layer_init_method: v.optional(v.picklist(neoxMethods), "scaled_normal"),
  }),
]);
