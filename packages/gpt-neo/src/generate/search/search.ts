import type { Told } from "../few/look.ts";
import type { Row } from "../next-logits.ts";

/** An id that was chosen, and what is told of it where that is asked for. */
export interface Chosen {
  readonly id: number;
  /** The natural logarithm of its probability, as the model says. */
  readonly logProb?: number;
  /** The likeliest ids and their log-probabilities, from the likeliest on. */
  readonly likeliest?: readonly (readonly [id: number, logProb: number])[];
  /** What it was chosen by: the logits, or with beams the log-probabilities, after all processors. */
  readonly scores?: Float64Array;
  readonly logits?: Float32Array;
}

/** Why a text ended: an id that ends it was chosen, a text was written, or it is as long as it may be. */
export type Ending =
  | { readonly reason: "eos"; readonly chosen: Chosen }
  | { readonly reason: "stop"; readonly text: string }
  | {
      readonly reason: "length";
      /** Where somebody said that it is enough. */
      readonly enough?: true;
    };

/** What a search found: one more id of one of its texts, or that one has ended. */
export type Found =
  | { readonly kind: "id"; readonly sequence: number; readonly chosen: Chosen }
  | {
      readonly kind: "end";
      readonly sequence: number;
      readonly ending: Ending;
      /** With beams: the sum of what its ids were chosen by, over its length to the power of the penalty. */
      readonly score?: number;
    };

/** A search in the texts that follow one prompt, waiting for the logits of its rows. A value. */
export interface Search {
  /** What `continues` says is a place among the rows that the search had before. */
  readonly rows: readonly Row[];
  /** @param told all logits of each row, or of one with a look, what it asks for */
  step(told: readonly Told[]): Step;
  /** What it has found where it goes on no more, if it can end before it has to. */
  ended?(): readonly Found[];
}

/** The end of a text that need not have ended. */
export const enough: Ending = { reason: "length", enough: true };

/** What a search found by some logits, and the search that goes on, if it does. */
export interface Step {
  readonly found: readonly Found[];
  readonly next: Search | undefined;
}
