import { add, gather, rename, slice, type Tensor } from "mtf";
import type { Dims } from "./dims.ts";
import type { ForwardOptions, Hidden } from "./model.ts";

/** The tables of words and of learned positions. */
export interface Embeddings {
  readonly wte: Tensor<"vocab" | "embd">;
  readonly wpe: Tensor<"position" | "embd">;
}

/** Words and their positions, still apart; positions 0, 1, 2 … are the same for all rows. */
export function embeddingsOf(
  { wte, wpe }: Embeddings,
  { length }: Dims,
  tokens: Tensor<"batch" | "length", "int32">,
  positions: ForwardOptions["positions"],
): readonly [words: Hidden, positions: Tensor<"length" | "embd"> | Hidden] {
  const words = gather(wte, tokens, "vocab");
  if (positions) return [words, gather(wpe, positions, "position")];
  return [words, rename(slice(wpe, "position", 0, length.size), "position", "length")];
}

/** Words and their positions. */
export function embedded(...of: Parameters<typeof embeddingsOf>): Hidden {
  const [words, positions] = embeddingsOf(...of);
  return add(words, positions as Hidden);
}
