import { allOriginalRules } from "../models/gpt_neo_mesh/original.ts";
import type { Meaning } from "./meaning.ts";

const byOriginal = new Map(allOriginalRules.map((rule) => [rule.original, rule]));
const byHuggingFace = new Map(allOriginalRules.map((rule) => [rule.huggingFace, rule]));

/** Whether names are the original's. */
export function isOriginalNaming(names: Iterable<string>): boolean {
  for (const name of names) if (name.startsWith("gpt2/")) return true;
  return false;
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
  if (found === undefined) return undefined;
  return { name: found.original.replace("{i}", layer ?? ""), transposed: found.transposed };
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
  if (!found || (layer === undefined && found.original.includes("{i}"))) {
    return { kind: "unexpected" };
  }
  return {
    kind: (slot?.[2] ?? "weight") as "weight" | "adam_m" | "adam_v",
    name: found.huggingFace.replace("{i}", layer ?? ""),
    transposed: found.transposed,
  };
}
