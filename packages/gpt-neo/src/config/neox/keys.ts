import { isOff, type KeyNote, type Keys, note, type Rule } from "../key-rules.ts";
import { dataRules } from "./data-rules.ts";
import { families } from "./families.ts";
import { modelRules } from "./model-rules.ts";
import { optimizerRules } from "./optimizer-rules.ts";
import { parallelRules } from "./parallel-rules.ts";
import { trainingRules } from "./training-rules.ts";

/** Keys whose values are used, or must be what there is here. */
const rules: Readonly<Record<string, Rule>> = {
  ...modelRules,
  ...optimizerRules,
  ...trainingRules,
  ...dataRules,
  ...parallelRules,
};

/** Every key with a rule of its own, for suggestions. */
export const neoxKeys: readonly string[] = Object.keys(rules);

/** What is to be said about a key with that value; `unknown` for one that no rule knows. */
export function noteOf(key: string, value: unknown, keys: Keys): KeyNote | undefined | "unknown" {
  if (Object.hasOwn(rules, key)) return rules[key]!(value, keys);
  const family = families.find(([words]) => words.split(" ").some((word) => key.startsWith(word)));
  if (!family) return "unknown";
  return isOff(value) ? undefined : note(family[1]);
}
