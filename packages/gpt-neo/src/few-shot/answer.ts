import { MtfError } from "mtf";
import { checkNames, type OptionNames } from "../option-names.ts";
import type { TextGenerationPipeline } from "../pipeline/pipeline.ts";
import { type Chosen, choose } from "./choose.ts";
import { type CompleteSettings, complete } from "./complete.ts";
import { type Calibrate, contentFreeTexts } from "./content-free.ts";
import { type Line, promptOf } from "./prompt.ts";

/** A question, with the text that answers it where there is one. */
export interface AnsweredExample {
  readonly context?: string | undefined;
  readonly question: string;
  readonly answer: string;
}

/** What a question is answered with. */
export interface AnswerSettings extends CompleteSettings {
  /** A text that answers it. Default none. */
  readonly context?: string | undefined;
  /** Questions whose answers are known, as the model is to see them. Default none. */
  readonly examples?: readonly AnsweredExample[] | undefined;
  /** What the prompt begins with. Default nothing. */
  readonly instruction?: string | undefined;
  /** What a text that answers is called in the prompt. Default "Text". */
  readonly contextName?: string | undefined;
  /** What a question is called in the prompt. Default "Question". */
  readonly questionName?: string | undefined;
  /** What an answer is called in the prompt. Default "Answer". */
  readonly answerName?: string | undefined;
  /** The answers to choose from. Default any line. */
  readonly choices?: readonly string[] | undefined;
  /**
   * With `choices`: divides by what each has for questions without content, as `classify` does. Default
   * false.
   */
  readonly calibrate?: Calibrate | undefined;
}

const names: OptionNames<AnswerSettings> = {
  context: true,
  examples: true,
  instruction: true,
  contextName: true,
  questionName: true,
  answerName: true,
  choices: true,
  calibrate: true,
  maxNewTokens: true,
  signal: true,
};

/** An answer, and how it was found. */
export interface Answered extends Partial<Omit<Chosen, "prompt">> {
  readonly answer: string;
  /** The prompt that was made. */
  readonly prompt: string;
}

/**
 * Answers a question as a prompt of examples shows how: with the likeliest line, or with the likeliest of
 * some choices.
 *
 * @throws MtfError `bad-argument` for `calibrate` without `choices`, choices that are none, empty or given
 * twice, or a prompt that the model does not see whole; the signal's reason
 * @example
 * const { answer: city } = await answer(pipe, "What is the capital of Italy?", {
 *   examples: [{ question: "What is the capital of Spain?", answer: "Madrid" }],
 * });
 */
export async function answer(
  pipe: TextGenerationPipeline,
  question: string,
  settings: AnswerSettings = {},
): Promise<Answered> {
  checkNames("answer", settings, names);
  const { context, examples = [], instruction, choices, calibrate = false } = settings;
  const { contextName = "Text", questionName = "Question", answerName = "Answer" } = settings;
  const asking = (asked: string, text: string | undefined): readonly Line[] => [
    ...(text === undefined ? [] : ([[contextName, text]] as const)),
    [questionName, asked],
  ];
  const promptFor = (asked: string) =>
    promptOf({
      instruction,
      examples: examples.map((one) => [
        ...asking(one.question, one.context),
        [answerName, one.answer],
      ]),
      given: asking(asked, context),
      wanted: answerName,
    });
  const prompt = promptFor(question);
  if (!choices) {
    if (calibrate === false) return { answer: await complete(pipe, prompt, settings), prompt };
    throw new MtfError("bad-argument", "answer: calibrate is for an answer among choices.", {
      try: ['choices: ["yes", "no"]'],
    });
  }
  const contentFree = contentFreeTexts(calibrate).map(promptFor);
  const chosen = await choose(pipe, { prompt, contentFree, choices, signal: settings.signal });
  return { answer: chosen.choices[0]!.text, ...chosen };
}
