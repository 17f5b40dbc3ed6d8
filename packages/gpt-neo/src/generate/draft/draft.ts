import type { LoadedModel } from "../../loaded-model.ts";

/** A smaller model of the same tokens, which guesses how texts go on. */
export type Draft = Pick<LoadedModel, "config" | "context" | "parameters" | "decoding"> &
  Partial<Pick<LoadedModel, "tokenizer">>;
