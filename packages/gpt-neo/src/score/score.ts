import { MtfError } from "mtf";
import { promptIds, tokenizerOf } from "../generate/text.ts";
import type { LoadedModel } from "../loaded-model.ts";
import { notNumbers } from "../not-numbers.ts";
import { unknownId } from "../unknown-id.ts";
import { wrongOption } from "../wrong-option.ts";
import { likelihoods } from "./likelihoods.ts";

/** How likely a model finds a continuation. */
export interface Score {
  /** The natural logarithm of the probability of all its ids, one after the other. */
  readonly logLikelihood: number;
  /** How many ids it has: a mean over them does not favour short ones. */
  readonly tokens: number;
}

/**
 * How likely a model finds each of several continuations of a text. Of a longer text than the model
 * sees at once, the beginning is left out. Ids instead of text are taken as they are.
 *
 * @throws MtfError `bad-argument` for a continuation that is empty or longer than the model sees, or
 * text for a model without a tokenizer; `bad-checkpoint` where the weights give what is no number
 * @example
 * const [good, bad] = await score(model, "The film was", [" wonderful", " dreadful"]);
 * console.log(good!.logLikelihood > bad!.logLikelihood);
 */
export async function score(
  model: LoadedModel,
  context: string | readonly number[],
  continuations: readonly (string | readonly number[])[],
): Promise<readonly Score[]> {
  if (!Array.isArray(continuations)) {
    throw wrongOption(
      "score",
      "the list of continuations",
      continuations,
      "a list of texts, or of lists of ids",
    );
  }
  if (continuations.length === 0) return [];
  const before = idsOf(model, context, true);
  const all = continuations.map((text) => continuationOf(model, text));
  const logs = await likelihoods(model, before, all);
  if (!logs.every(Number.isFinite)) {
    throw await notNumbers(model, "log-likelihood of a continuation");
  }
  return all.map((ids, i) => ({ logLikelihood: logs[i]!, tokens: ids.length }));
}

function continuationOf(model: LoadedModel, given: string | readonly number[]): readonly number[] {
  const ids = idsOf(model, given, false);
  const shown = JSON.stringify(given).slice(0, 40);
  if (ids.length === 0)
    throw new MtfError("bad-argument", `score: the continuation ${shown} is empty.`);
  if (ids.length <= model.context) return ids;
  throw new MtfError("bad-argument", `score: the continuation ${shown} is too long.`, {
    evidence: [
      ["ids", `${ids.length}`],
      ["model", `sees ${model.context} at once`],
    ],
  });
}

function idsOf(
  model: LoadedModel,
  given: string | readonly number[],
  begins: boolean,
): readonly number[] {
  if (typeof given === "string") {
    const tokenizer = tokenizerOf(model);
    if (begins) return promptIds(tokenizer, given);
    const { before, after } = tokenizer.around ?? { before: [], after: [] };
    const ids = tokenizer.encode(given);
    return [...ids.subarray(before.length, ids.length - after.length)];
  }
  if (!Array.isArray(given) && !ArrayBuffer.isView(given)) {
    const what = begins ? "the context" : "a continuation";
    throw wrongOption("score", what, given, "text or a list of ids");
  }
  const size = model.config.vocab_size;
  const wrong = unknownId(given, size);
  if (wrong === undefined && (given.length > 0 || !begins)) return given;
  const what = wrong === undefined ? "the context has no ids" : `${wrong} is no id of the model`;
  throw new MtfError("bad-argument", `score: ${what}.`, {
    evidence: [["vocabulary", `0 to ${size - 1}`]],
  });
}
