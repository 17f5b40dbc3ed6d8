import { and, broadcast, cast, cumsum, equal, greater, iota, rename, sum } from "mtf";
import type { Config } from "./config/index.ts";
import type { Dims, ForwardOptions } from "./models/index.ts";
import type { Rows } from "./rows.ts";

/**
 * What a forward pass over rows of several documents is given, as the config says: which document each
 * token is of, where it is to see no others, and positions that begin at 0 in each, where they do.
 *
 * @example
 * forward(config, dims, parameters, tokens, documentOptions(config, dims, tokens));
 */
export function documentOptions(
  config: Config,
  dims: Dims,
  tokens: Rows,
): Pick<ForwardOptions, "documents" | "positions"> {
  const { eos_token_id, training } = config;
  const { cross_document_attention: across, reset_positions: reset } = training;
  if (across && !reset) return {};
  const documents = documentsIn(tokens, eos_token_id);
  return {
    ...(!across && { documents }),
    ...(reset && { positions: positionsIn(documents, dims) }),
  };
}

/** Documents of each row, counted from 0; the id that ends one is its last. */
function documentsIn(tokens: Rows, endOfText: number): Rows {
  return cumsum(cast(equal(tokens, endOfText), "int32"), "length", { exclusive: true });
}

/** How many tokens of its document come before each. */
function positionsIn(documents: Rows, { length, memory_length }: Dims): Rows {
  const before = greater(broadcast(iota(length), memory_length), iota(memory_length));
  const own = equal(documents, rename(documents, "length", "memory_length"));
  return sum(cast(and(own, before), "int32"), "memory_length");
}
