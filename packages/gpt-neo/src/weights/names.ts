import { nameRules } from "../models/gpt_neo/names.ts";

/** What a stored tensor is. */
export type Meaning =
  | {
      readonly kind: "weight" | "adam_m" | "adam_v";
      /** Hugging Face's name of the weight, or of the weight that a moment is of. */
      readonly name: string;
      readonly transposed: boolean;
    }
  | { readonly kind: "step" }
  | { readonly kind: "ignored"; readonly reason: string }
  | { readonly kind: "unexpected" };

const byOriginal = new Map(nameRules.map((r) => [r.original, r]));
const byHuggingFace = new Map(nameRules.map((r) => [r.huggingFace, r]));

/** Whether names are the original's. */
export function isOriginalNaming(names: Iterable<string>): boolean {
  for (const name of names) if (name.startsWith("gpt2/")) return true;
  return false;
}

/** Whether a tensor may stand for another one: of two that share their numbers, files may hold one. */
export function isTied(name: string): boolean {
  return /(^|\.)(lm_head|wte)\.weight$/.test(name);
}

/**
 * What all names begin with that is no part of a model's own: programs that wrap a model name its
 * tensors by where they are in the wrapper.
 *
 * @example
 * wrapperPrefix(["module.transformer.wte.weight", "module.lm_head.weight"]); // "module."
 */
export function wrapperPrefix(names: Iterable<string>): string {
  const all = [...names];
  let prefix = "";
  for (;;) {
    const part = /^(\w+)\./.exec(all[0]?.slice(prefix.length) ?? "")?.[1];
    if (part === undefined || ["transformer", "h", "wte", "wpe", "ln_f"].includes(part)) break;
    const longer = `${prefix}${part}.`;
    if (all.some((name) => !name.startsWith(longer))) break;
    prefix = longer;
  }
  // Names of which nothing is known with or without it are better told as they are.
  const known = all.some(
    (name) => meaningOfHuggingFace(name.slice(prefix.length), true).kind !== "unexpected",
  );
  return known ? prefix : "";
}

/**
 * What the original calls a tensor of Hugging Face's, or undefined for a name of neither.
 *
 * @example
 * originalName("transformer.h.3.ln_1.bias"); // { name: "gpt2/h3/norm_1/b", transposed: false }
 */
export function originalName(
  name: string,
): { readonly name: string; readonly transposed: boolean } | undefined {
  const layer = /^transformer\.h\.(0|[1-9]\d*)\./.exec(name)?.[1];
  const pattern = layer === undefined ? name : name.replace(/\.h\.\d+\./, ".h.{i}.");
  const found = byHuggingFace.get(pattern);
  if (found?.original === undefined) return undefined;
  const { original, transposed } = found;
  return { name: original.replace("{i}", layer ?? ""), transposed };
}

/**
 * What a variable of the original is.
 *
 * @example
 * meaningOfOriginal("gpt2/h0/attn/q/adam_m"); // kind "adam_m" of "transformer.h.0.attn…q_proj.weight"
 */
export function meaningOfOriginal(name: string): Meaning {
  if (name === "global_step") return { kind: "step" };
  if (/_slot_(v|vr|vc|m)$/.test(name)) return { kind: "ignored", reason: "a slot of Adafactor" };
  const slot = /^(.*)\/(adam_[mv])$/.exec(name);
  const weight = slot?.[1] ?? name;
  const layer = /^gpt2\/h(0|[1-9]\d*)\//.exec(weight)?.[1];
  const found = byOriginal.get(weight.replace(/^gpt2\/h\d+\//, "gpt2/h{i}/"));
  if (!found || (layer === undefined && found.path.includes("{i}"))) {
    return { kind: "unexpected" };
  }
  return {
    kind: (slot?.[2] ?? "weight") as "weight" | "adam_m" | "adam_v",
    name: found.huggingFace.replace("{i}", layer ?? ""),
    transposed: found.transposed,
  };
}

/**
 * What a tensor of a Hugging Face file is. Files of the bare model lack the prefix `transformer.`.
 *
 * @param tied whether the config says that the output shares the embedding's weights
 */
export function meaningOfHuggingFace(name: string, tied: boolean): Meaning {
  if (/\.attn\.attention\.(bias|masked_bias)$/.test(name)) {
    return { kind: "ignored", reason: "a mask that old files carry along" };
  }
  if (name === "lm_head.weight") {
    if (tied) return { kind: "ignored", reason: "the output is tied to the embedding" };
    return { kind: "weight", name, transposed: false };
  }
  const full = name.startsWith("transformer.") ? name : `transformer.${name}`;
  if (originalName(full) === undefined) return { kind: "unexpected" };
  return { kind: "weight", name: full, transposed: false };
}
