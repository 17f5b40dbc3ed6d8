import * as v from "valibot";
import { part } from "./numbers.ts";

/**
 * How tokens are hidden from a model that is trained to guess them: which are guessed, and what it sees
 * in their place.
 */
export interface Masking {
  /** The id that stands for a hidden token. */
  readonly mask_id: number;
  /** The id that every sample begins with; null is none. */
  readonly cls_id: number | null;
  /** The chance of a token to be guessed. */
  readonly mask_prob: number;
  /** The chance of a token that is to be guessed to be seen as it is. */
  readonly same_token_prob: number;
  /** The chance of any token to be seen as another one, before others are hidden. */
  readonly random_token_prob: number;
  /** Ids that are never guessed, and never drawn. */
  readonly ignore_ids: readonly number[];
}

const id = v.pipe(v.number(), v.integer(), v.minValue(0));

export const masking: v.GenericSchema<unknown, Masking> = v.strictObject({
  mask_id: id,
  cls_id: v.optional(v.nullable(id), null),
  mask_prob: v.optional(part, 0.15),
  same_token_prob: v.optional(part, 0.1),
  random_token_prob: v.optional(part, 0),
  ignore_ids: v.optional(v.array(id), []),
});
