import type { Tensor } from "mtf";
import { linear } from "mtf/nn";

/** What turns the final norm's result into logits, by the same names in every architecture. */
export interface Output {
  /** Token embeddings: the output's table where it has none of its own. */
  readonly wte: Tensor<"vocab" | "embd">;
  readonly lm_head?: Tensor<"vocab" | "embd">;
  readonly lm_bias?: Tensor<"vocab">;
}

/** What the final norm's result is multiplied with, and what is added. */
export interface OutputLayer {
  readonly table: Tensor<"vocab" | "embd">;
  readonly bias: Tensor<"vocab"> | undefined;
}

export function outputOf({ wte, lm_head, lm_bias }: Output): OutputLayer {
  return { table: lm_head ?? wte, bias: lm_bias };
}

/** Logits of every place, or of one of each row. */
export function logitsOf<Names extends "batch" | "length">(
  parameters: Output,
  final: Tensor<Names | "embd">,
): Tensor<Names | "vocab"> {
  const { table, bias } = outputOf(parameters);
  return linear(final, table, bias as never) as never;
}
