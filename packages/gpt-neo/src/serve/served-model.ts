import type { Generating } from "../generate/each.ts";
import type { Tokenizer } from "../tokenizer/index.ts";

/** A model that answers requests. */
export interface ServedModel extends Generating {
  /** What requests call it. */
  readonly name: string;
  readonly tokenizer: Tokenizer;
}
