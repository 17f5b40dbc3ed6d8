import { MtfError, softmaxCrossEntropy, sum, type Tensor } from "mtf";
import type { Config } from "../config/index.ts";
import { ignoredLabel } from "../data/index.ts";
import { promptIds, tokenizerOf } from "../generate/text.ts";
import type { LoadedModel } from "../loaded-model.ts";
import { type Dims, modelOf, type Parameters } from "../models/index.ts";
import { notNumbers } from "../not-numbers.ts";
import { paddedLength } from "../padded-length.ts";
import { type Rows, rowsOf } from "../rows.ts";
import { unknownId } from "../unknown-id.ts";
import { wrongOption } from "../wrong-option.ts";

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
  const rows = continuations.map((text) => rowOf(model, before, idsOf(model, text, false), text));
  const longest = Math.max(...rows.map(({ ids }) => ids.length - 1));
  const length = paddedLength(longest, model.context);
  const run = await model.program<readonly [Rows, Rows], Tensor<"batch">>(
    length,
    (dims) => scoring(model.config, dims),
    rows.length,
  );
  try {
    const tokens = new Int32Array(rows.length * length);
    const labels = new Int32Array(rows.length * length).fill(ignoredLabel);
    for (const [row, { ids, scored }] of rows.entries()) {
      tokens.set(ids.slice(0, -1), row * length);
      labels.set(ids.slice(-scored), row * length + ids.length - 1 - scored);
    }
    const losses = await run(model.parameters, tokens, labels);
    const numbers = await losses.read();
    losses.dispose();
    if (!numbers.every(Number.isFinite)) {
      throw await notNumbers(model, "log-likelihood of a continuation");
    }
    return rows.map(({ scored }, row) => ({ logLikelihood: -numbers[row]!, tokens: scored }));
  } finally {
    await run.unload();
  }
}

interface Row {
  readonly ids: readonly number[];
  /** How many at its end are the continuation. */
  readonly scored: number;
}

function rowOf(
  { context: most }: LoadedModel,
  before: readonly number[],
  continuation: readonly number[],
  given: string | readonly number[],
): Row {
  const [shown, scored] = [JSON.stringify(given).slice(0, 40), continuation.length];
  if (scored === 0)
    throw new MtfError("bad-argument", `score: the continuation ${shown} is empty.`);
  if (scored > most) {
    throw new MtfError("bad-argument", `score: the continuation ${shown} is too long.`, {
      evidence: [
        ["ids", `${scored}`],
        ["model", `sees ${most} at once`],
      ],
    });
  }
  // The last id is only predicted, so the model sees one id less than the row has.
  return { ids: [...before, ...continuation].slice(-most - 1), scored };
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

function scoring(
  config: Config,
  dims: Dims,
): [
  (parameters: Parameters, tokens: Rows, labels: Rows) => Tensor<"batch">,
  readonly [Rows, Rows],
] {
  const step = (parameters: Parameters, tokens: Rows, labels: Rows) => {
    const { logits } = modelOf(config).forward(config, dims, parameters, tokens);
    return sum(softmaxCrossEntropy(logits, labels, "vocab"), "length");
  };
  return [step, [rowsOf(dims), rowsOf(dims)]];
}
