import { add, gather, rename, slice, type Tensor } from "mtf";
import type { Dims } from "./dims.ts";
import type { ForwardOptions, Hidden } from "./model.ts";

/** The tables of words and of learned positions. */
export interface Embeddings {
  readonly wte: Tensor<"vocab" | "embd">;
  readonly wpe: Tensor<"position" | "embd">;
}

/** Words and their positions; of positions 0, 1, 2 … all rows share one table. */
export function embedded(
  { wte, wpe }: Embeddings,
  { length }: Dims,
  tokens: Tensor<"batch" | "length", "int32">,
  positions: ForwardOptions["positions"],
): Hidden {
  const words = gather(wte, tokens, "vocab");
  if (positions) return add(words, gather(wpe, positions, "position"));
  return add(words, rename(slice(wpe, "position", 0, length.size), "position", "length"));
}
