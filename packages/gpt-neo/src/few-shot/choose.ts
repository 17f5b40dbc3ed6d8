import { MtfError } from "mtf";
import { logSoftmax, logSumExp } from "../generate/log-softmax.ts";
import type { TextGenerationPipeline } from "../pipeline/pipeline.ts";
import { score } from "../score/score.ts";
import { checkRoom, roomBehind } from "./room.ts";

/** One of the texts that could complete a prompt. */
export interface Choice {
  readonly text: string;
  /** Its probability among the choices; calibrated where that was asked for. */
  readonly probability: number;
  /** The natural logarithm of its probability among all texts, as the model says. */
  readonly logLikelihood: number;
  /** Its probability among the choices where the prompt says nothing: what calibration divides by. */
  readonly prior?: number;
}

/** How a prompt is completed, of some choices. */
export interface Chosen {
  /** All of them, from the likeliest on. */
  readonly choices: readonly Choice[];
  /** The prompt that was made. */
  readonly prompt: string;
  /** The prompts without content that were made for calibration. */
  readonly contentFreePrompts?: readonly string[];
}

/** What is asked of choices. */
export interface Asked {
  readonly prompt: string;
  readonly contentFree: readonly string[];
  readonly choices: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Which of some texts completes a prompt. With prompts that say nothing, each probability is divided by
 * what it is for them on average, so that what the model favours anyway counts for nothing (Zhao et
 * al., 2021).
 *
 * @throws MtfError `bad-argument` for choices that are none, or a prompt that the model does not see
 * whole; as `score`; the signal's reason
 */
export async function choose(pipe: TextGenerationPipeline, asked: Asked): Promise<Chosen> {
  const { prompt, contentFree, choices, signal } = asked;
  checkChoices(choices);
  const logs = async (context: string): Promise<readonly number[]> => {
    signal?.throwIfAborted();
    const room = roomBehind(pipe.model, context);
    const texts = choices.map((text) => ` ${text}`);
    const scores = await score(pipe.model, context, texts);
    // The last id of a choice is predicted, and not seen.
    checkRoom(Math.max(...scores.map(({ tokens }) => tokens)), room + 1);
    return scores.map(({ logLikelihood }) => logLikelihood);
  };
  const given = await logs(prompt);
  const without: Float64Array[] = [];
  for (const one of contentFree) without.push(logSoftmax(await logs(one)));
  const priors = without.length > 0 ? logMeans(without) : undefined;
  const calibrated = logSoftmax(given.map((log, i) => log - (priors?.[i] ?? 0)));
  const all = choices.map((text, i) => ({
    text,
    probability: Math.exp(calibrated[i]!),
    logLikelihood: given[i]!,
    ...(priors && { prior: Math.exp(priors[i]!) }),
  }));
  return {
    choices: all.sort((a, b) => b.probability - a.probability),
    prompt,
    ...(priors && { contentFreePrompts: contentFree }),
  };
}

/** Logarithms of the means of each place, of rows of logarithms. */
function logMeans(rows: readonly Float64Array[]): Float64Array {
  return rows[0]!.map((_, i) => logSumExp(rows.map((row) => row[i]!)) - Math.log(rows.length));
}

function checkChoices(choices: readonly string[]): void {
  const twice = choices.find((text, i) => choices.indexOf(text) !== i);
  const wrong = [
    ...(choices.length === 0 ? ["there is nothing to choose from"] : []),
    ...(choices.includes("") ? ["one of the choices is empty"] : []),
    ...(twice === undefined ? [] : [`the choice ${JSON.stringify(twice)} is there twice`]),
  ];
  if (wrong.length === 0) return;
  throw new MtfError("bad-argument", `${wrong[0]}.`, { try: ['["positive", "negative"]'] });
}
