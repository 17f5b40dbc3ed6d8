import { checkNames, type OptionNames } from "../option-names.ts";
import type { TextGenerationPipeline } from "../pipeline/pipeline.ts";
import { type CompleteSettings, complete } from "./complete.ts";
import { promptOf } from "./prompt.ts";

/** What a text is translated with. */
export interface TranslateSettings extends CompleteSettings {
  /** The language of the text, as the prompt calls it: "English". */
  readonly from: string;
  /** The language that is wanted. */
  readonly to: string;
  /** Texts and their translations, as the model is to see them. Default none. */
  readonly examples?: readonly (readonly [text: string, translation: string])[] | undefined;
  /** What the prompt begins with. Default nothing. */
  readonly instruction?: string | undefined;
}

const names: OptionNames<TranslateSettings> = {
  from: true,
  to: true,
  examples: true,
  instruction: true,
  maxNewTokens: true,
  signal: true,
};

/** A translation, and how it was found. */
export interface Translated {
  readonly translation: string;
  /** The prompt that was made. */
  readonly prompt: string;
}

/**
 * Translates a text of one line as a prompt of examples shows how: with the likeliest line.
 *
 * @throws MtfError `bad-argument` for a prompt that the model does not see whole; the signal's reason
 * @example
 * const { translation } = await translate(pipe, "cheese", {
 *   from: "English",
 *   to: "French",
 *   examples: [["sea otter", "loutre de mer"]],
 * });
 */
export async function translate(
  pipe: TextGenerationPipeline,
  text: string,
  settings: TranslateSettings,
): Promise<Translated> {
  checkNames("translate", settings, names);
  const { from, to, examples = [], instruction } = settings;
  const prompt = promptOf({
    instruction,
    examples: examples.map(([given, translation]) => [
      [from, given],
      [to, translation],
    ]),
    given: [[from, text]],
    wanted: to,
  });
  return { translation: await complete(pipe, prompt, settings), prompt };
}
