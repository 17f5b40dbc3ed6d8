import type { ChatTemplate } from "../chat/template.ts";
import type { Generating } from "../generate/each.ts";
import type { Tokenizer } from "../tokenizer/index.ts";

/** A model that answers requests. */
export interface ServedModel extends Generating {
  /** What requests call it. */
  readonly name: string;
  readonly tokenizer: Tokenizer;
  /** Makes a prompt of a chat, where the tokenizer's folder says how. */
  readonly chatTemplate?: ChatTemplate | undefined;
}
