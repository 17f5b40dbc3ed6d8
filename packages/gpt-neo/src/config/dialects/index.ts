import type { ModelType } from "../config.ts";
import type { Dialect } from "./dialect.ts";
import { gptNeox } from "./gpt_neox.ts";
import { gpt2 } from "./gpt2.ts";
import { gptj } from "./gptj.ts";
import { llama, mistral } from "./llama.ts";

/** How the configs of architectures are read and written; GPT-Neo's keys are our own. */
export const dialects: { readonly [Type in ModelType]: Dialect | undefined } = {
  gpt_neo: undefined,
  gpt_neo_mesh: undefined,
  gpt2,
  gpt_neox: gptNeox,
  gptj,
  llama,
  mistral,
};

/** The dialect of a config as it is written; undefined for GPT-Neo's, and for what is none. */
export function dialectOf(type: unknown): Dialect | undefined {
  return typeof type === "string" && Object.hasOwn(dialects, type)
    ? dialects[type as ModelType]
    : undefined;
}

/** Every key of an architecture other than GPT-Neo. */
export const dialectKeys: readonly string[] = [
  ...new Set(
    Object.values(dialects).flatMap((dialect) =>
      dialect ? [...Object.keys(dialect.same), ...dialect.others] : [],
    ),
  ),
].sort();
