import type { Dimension } from "mtf";

/** The dims of a model, by the names that layouts use. */
export interface Dims {
  readonly batch: Dimension<"batch">;
  /** Positions of a sequence: of queries, and of everything that is not a key or value. */
  readonly length: Dimension<"length">;
  /** Positions of keys and values. */
  readonly memory_length: Dimension<"memory_length">;
  /** Rows of the position table. */
  readonly position: Dimension<"position">;
  /** The residual stream. */
  readonly embd: Dimension<"embd">;
  readonly heads: Dimension<"heads">;
  /** One head's part of queries, keys and values. */
  readonly kv: Dimension<"kv">;
  /** Inside the feed-forward layer. */
  readonly ff: Dimension<"ff">;
  readonly vocab: Dimension<"vocab">;
}
