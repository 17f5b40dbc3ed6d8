import { MtfError } from "mtf";
import { promptText } from "../../../generate/prompt-text.ts";
import { promptIds } from "../../../generate/text.ts";
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
 * The ids to continue.
 *
 * @throws MtfError `bad-argument` for text where there is no tokenizer
 */
export function idsOf(
  text: string,
  { inputIds, special }: Pick<GenerateOptions, "inputIds" | "special">,
  { tokenizer }: LoadedModel,
): readonly number[] {
  if (inputIds) return inputIds;
  if (!tokenizer) {
    throw new MtfError("bad-argument", "the model's folder has no tokenizer.", {
      try: ["--tokenizer gpt2|bytes|FILE|DIR", "--input-ids 1,2,3"],
    });
  }
  return promptIds(special ? withSpecial(tokenizer) : tokenizer, text);
}
