import { checkNames, type OptionNames } from "../option-names.ts";
import type { TextGenerationPipeline } from "../pipeline/pipeline.ts";
import { type Choice, type Chosen, choose } from "./choose.ts";
import { type Calibrate, contentFreeTexts } from "./content-free.ts";
import { promptOf } from "./prompt.ts";

/** What a text is classified with. */
export interface ClassifySettings {
  /** The classes, in words that go on with the prompt. */
  readonly labels: readonly string[];
  /** Texts whose classes are known, as the model is to see them. Default none. */
  readonly examples?: readonly { readonly text: string; readonly label: string }[] | undefined;
  /** What the prompt begins with. Default nothing. */
  readonly instruction?: string | undefined;
  /** What a text is called in the prompt. Default "Text". */
  readonly textName?: string | undefined;
  /** What a class is called in the prompt. Default "Label". */
  readonly labelName?: string | undefined;
  /**
   * Divides by what each label has for texts without content: "N/A", "[MASK]" and none, or those that
   * are given here. Default false.
   */
  readonly calibrate?: Calibrate | undefined;
  /** Ends it by its reason, which is thrown. */
  readonly signal?: AbortSignal | undefined;
}

const names: OptionNames<ClassifySettings> = {
  labels: true,
  examples: true,
  instruction: true,
  textName: true,
  labelName: true,
  calibrate: true,
  signal: true,
};

/** The class of a text, and how it was found. */
export interface Classified extends Omit<Chosen, "choices"> {
  readonly label: string;
  readonly probability: number;
  /** All classes, from the likeliest on. */
  readonly labels: readonly Choice[];
}

/**
 * Which of some classes a text belongs to: the one whose name goes on best with a prompt of examples.
 *
 * @throws MtfError `bad-argument` for labels that are none, empty or given twice, or a prompt that the
 * model does not see whole; the signal's reason
 * @example
 * const { label, prompt } = await classify(pipe, "A feast for the eyes.", {
 *   labels: ["positive", "negative"],
 *   examples: [{ text: "I fell asleep.", label: "negative" }],
 *   calibrate: true,
 * });
 */
export async function classify(
  pipe: TextGenerationPipeline,
  text: string,
  settings: ClassifySettings,
): Promise<Classified> {
  checkNames("classify", settings, names);
  const { labels, examples = [], instruction, calibrate = false, signal } = settings;
  const { textName = "Text", labelName = "Label" } = settings;
  const promptFor = (given: string) =>
    promptOf({
      instruction,
      examples: examples.map((one) => [
        [textName, one.text],
        [labelName, one.label],
      ]),
      given: [[textName, given]],
      wanted: labelName,
    });
  const { choices, ...how } = await choose(pipe, {
    prompt: promptFor(text),
    contentFree: contentFreeTexts(calibrate).map(promptFor),
    choices: labels,
    signal,
  });
  const { text: label, probability } = choices[0]!;
  return { label, probability, labels: choices, ...how };
}
