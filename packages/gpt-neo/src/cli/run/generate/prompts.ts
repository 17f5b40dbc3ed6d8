import { MtfError } from "mtf";
import { promptText } from "../../../generate/prompt-text.ts";
import { type Prompt, promptOf } from "../../../generate/text.ts";
import type { LoadedModel } from "../../../loaded-model.ts";
import { teamOf } from "../../../team.ts";
import { withSpecial } from "../../../tokenizer/index.ts";
import type { GenerateOptions } from "../../generate-options.ts";

/**
 * The texts to continue: one, or a line each.
 *
 * @throws MtfError as `promptText`
 */
export async function promptTexts(options: GenerateOptions): Promise<readonly string[]> {
  const { promptLines } = options;
  const { share } = teamOf(options);
  if (promptLines === undefined) return [await share(() => promptText(options))];
  const text = await share(() => promptText({ promptFile: promptLines }));
  return text.split(/\r?\n/);
}

/**
 * The ids to continue. What begins a text that is empty is shown where special tokens are text.
 *
 * @throws MtfError `bad-argument` for text where there is no tokenizer
 */
export function promptIn(
  text: string,
  { inputIds, special }: Pick<GenerateOptions, "inputIds" | "special">,
  { tokenizer }: LoadedModel,
): Prompt {
  if (inputIds) return { ids: inputIds, hidden: 0 };
  if (!tokenizer) {
    throw new MtfError("bad-argument", "the model's folder has no tokenizer.", {
      try: ["--tokenizer gpt2|bytes|FILE|DIR", "--input-ids 1,2,3"],
    });
  }
  const prompt = promptOf(special ? withSpecial(tokenizer) : tokenizer, text);
  return special && text === "" && !tokenizer.around ? { ...prompt, hidden: 0 } : prompt;
}
