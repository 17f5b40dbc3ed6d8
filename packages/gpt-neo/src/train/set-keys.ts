import { MtfError } from "mtf";
import { nearest } from "mtf/files";
import { trainingKeys } from "../config/index.ts";

type Values = Readonly<Record<string, unknown>>;

/** Keys of the model's that concern its training alone. */
const dropouts = ["resid_dropout", "embed_dropout", "attention_dropout"];

/**
 * What `--set` says of a config, whose keys are those of `training` and the dropouts. Whether the values
 * are right is the config's to say.
 *
 * @param flags keys of `training` that other options say
 * @throws MtfError `bad-argument` for a key that there is not, or that is said twice
 * @example
 * settingsOf([["warmup_steps", 50]], {}); // { model: {}, training: { warmup_steps: 50 } }
 */
export function settingsOf(
  pairs: readonly (readonly [key: string, value: unknown])[],
  flags: Values,
): { readonly model: Values; readonly training: Values } {
  const model: Record<string, unknown> = {};
  const training: Record<string, unknown> = {};
  for (const [key, value] of pairs) {
    if (key === "tokenizer") throw elsewhere(key);
    const section = dropouts.includes(key) ? model : training;
    if (section === training && !trainingKeys.includes(key)) throw unknown(key);
    if (key in section || key in flags) {
      throw new MtfError("bad-argument", `${key} is given twice.`, {
        evidence: [["by", key in section ? "two --set" : "--set and an option of its own"]],
      });
    }
    section[key] = value;
  }
  return { model, training };
}

/** A tokenizer has a say in the model, so it has to be known before the config is. */
function elsewhere(key: string): MtfError {
  const sentence = `--set ${key}=…: it has an option of its own.`;
  return new MtfError("bad-argument", sentence, { try: [`--${key}`] });
}

function unknown(key: string): MtfError {
  const known = [...trainingKeys, ...dropouts];
  const near = nearest(key, known);
  return new MtfError("bad-argument", `--set ${key}=…: training has no such key.`, {
    evidence: [["keys", known.join(", ")]],
    ...(near !== undefined && { try: [`--set ${near}=…`] }),
  });
}
