import type { Tensor } from "mtf";
import { linear } from "mtf/nn";

/** What turns the final norm's result into logits, by the same names in every architecture. */
export interface Output {
  /** Token embeddings: the output's table where it has none of its own. */
  readonly wte: Tensor<"vocab" | "embd">;
  readonly lm_head?: Tensor<"vocab" | "embd">;
  readonly lm_bias?: Tensor<"vocab">;
}

/** Logits of every place, or of one of each row. */
export function logitsOf<Names extends "batch" | "length">(
  { wte, lm_head, lm_bias }: Output,
  final: Tensor<Names | "embd">,
): Tensor<Names | "vocab"> {
  return linear(final, lm_head ?? wte, lm_bias as never) as never;
}
