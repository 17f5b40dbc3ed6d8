import { MtfError } from "mtf";
import { trainingKeys } from "../config/index.ts";
import { isObject } from "../json.ts";
import { isCountedOtherwise, meantBy } from "../meant-by.ts";
import { optionsInWords } from "../options-in-words.ts";
import { wrongOption } from "../wrong-option.ts";
import type { TrainOptions } from "./options.ts";

type Values = Readonly<Record<string, unknown>>;

/** Keys of the model's that concern its training alone. */
const dropouts = ["resid_dropout", "embed_dropout", "attention_dropout"];

/**
 * What `set` says of a config, whose keys are those of `training` and the dropouts. Whether the values
 * are right is the config's to say.
 *
 * @param given an object, or pairs, in which a key said twice is found
 * @param flags keys of `training` that other options say
 * @throws MtfError `bad-argument` for a key that there is not, or that is said twice, and for what is
 * neither an object nor pairs
 * @example
 * settingsOf({ warmup_steps: 50 }, {}); // { model: {}, training: { warmup_steps: 50 } }
 */
export function settingsOf(
  given: NonNullable<TrainOptions["set"]>,
  flags: Values,
): { readonly model: Values; readonly training: Values } {
  const model: Record<string, unknown> = {};
  const training: Record<string, unknown> = {};
  for (const [key, value] of pairsOf(given)) {
    if (key === "tokenizer") throw elsewhere(key);
    const section = dropouts.includes(key) ? model : training;
    if (section === training && !trainingKeys.includes(key)) throw unknown(key, value);
    if (key in section || key in flags) {
      throw new MtfError("bad-argument", `${key} is given twice.`, {
        evidence: [["by", key in section ? "`set` twice" : "`set` and an option of its own"]],
      });
    }
    section[key] = value;
  }
  return { model, training };
}

/** A tokenizer has a say in the model, so it has to be known before the config is. */
function elsewhere(key: string): MtfError {
  const sentence = `\`set\` has ${key}, which has an option of its own.`;
  return new MtfError("bad-argument", sentence, { try: [`\`${key}\``] });
}

/** The keys that `set` has, with their values. */
export function pairsOf(
  given: NonNullable<TrainOptions["set"]>,
): readonly (readonly [key: string, value: unknown])[] {
  const isPair = (pair: unknown): boolean =>
    Array.isArray(pair) && pair.length === 2 && typeof pair[0] === "string";
  if (Array.isArray(given) && given.every(isPair)) return given;
  if (isObject(given)) return Object.entries(given);
  throw wrongOption("train", "set", given, "an object of keys and values: { warmup_steps: 50 }");
}

function unknown(key: string, value: unknown): MtfError {
  const known = [...trainingKeys, ...dropouts];
  const near = meantBy(key, known);
  const instead = (meant: string): string =>
    isCountedOtherwise(key)
      ? `\`set\` with ${meant}, whose value says something else than ${key} does`
      : optionsInWords({ set: { [meant]: value } });
  return new MtfError("bad-argument", `\`set\` has ${key}, and training has no such key.`, {
    evidence: [["keys", known.join(", ")]],
    ...(near !== undefined && { try: [instead(near)] }),
  });
}
