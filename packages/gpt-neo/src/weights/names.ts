import type { Config } from "../config/index.ts";
import { modelOf } from "../models/index.ts";
import { expectedWeights } from "./expected.ts";
import type { Meaning } from "./meaning.ts";

/**
 * What tensors of a model's files in Hugging Face's names are, by their names.
 *
 * @example
 * const meaningOf = meaningsIn(config);
 * meaningOf("h.0.ln_1.bias"); // the weight "transformer.h.0.ln_1.bias": files of the bare model
 */
export function meaningsIn(config: Config): (name: string) => Meaning {
  const { prefix, output, derived } = modelOf(config).files;
  const expected = expectedWeights(config);
  return (name) => {
    if (derived.test(name)) {
      return { kind: "ignored", reason: "a mask that old files carry along" };
    }
    if (name === output && config.tie_word_embeddings) {
      return { kind: "ignored", reason: "the output is tied to the embedding" };
    }
    const full = [name, `${prefix}${name}`].find((one) => expected.has(one));
    return full === undefined
      ? { kind: "unexpected" }
      : { kind: "weight", name: full, transposed: false };
  };
}

/**
 * What all names begin with that is no part of a model's own: programs that wrap a model name its
 * tensors by where they are in the wrapper.
 *
 * @example
 * wrapperPrefix(["module.transformer.wte.weight", "module.lm_head.weight"], config); // "module."
 */
export function wrapperPrefix(names: Iterable<string>, config: Config): string {
  const all = [...names];
  const meaningOf = meaningsIn(config);
  let prefix = "";
  for (;;) {
    // Names of which nothing is known with or without it are told as they are.
    if (all.some((name) => meaningOf(name.slice(prefix.length)).kind !== "unexpected"))
      return prefix;
    const part = /^(\w+)\./.exec(all[0]?.slice(prefix.length) ?? "")?.[1];
    const longer = `${prefix}${part}.`;
    if (part === undefined || !all.every((name) => name.startsWith(longer))) return "";
    prefix = longer;
  }
}
