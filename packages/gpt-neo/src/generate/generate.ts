import { MtfError } from "mtf";
import { type Generating, generateEach } from "./each.ts";
import { checkGenerateNames } from "./options/checked.ts";
import type { GenerateSettings } from "./options/settings.ts";

/**
 * The ids that a model continues a row of ids with, one by one; with beams all at once, those of the
 * best text. An id that ends the text is not among them. Whoever breaks out of the loop frees what it
 * held.
 *
 * @throws MtfError `bad-argument` for a prompt without ids or with some outside the vocabulary,
 * settings that are wrong, or several texts; `bad-checkpoint` where the weights make logits that are no
 * numbers; the signal's reason
 * @example
 * for await (const id of generate(model, [15496], { maxNewTokens: 20 })) console.log(id);
 */
export async function* generate(
  model: Generating,
  prompt: readonly number[],
  settings: GenerateSettings = {},
): AsyncGenerator<number> {
  checkGenerateNames(settings);
  const { numReturnSequences = 1 } = settings;
  if (numReturnSequences > 1) {
    throw new MtfError(
      "bad-argument",
      "generate: it gives the ids of one text, and not of several.",
      {
        evidence: [["numReturnSequences", `${numReturnSequences}`]],
        try: ["generateAll(model, [prompt], settings)"],
      },
    );
  }
  const one = { ...settings, numReturnSequences: 1 };
  for await (const found of generateEach(model, [prompt], one)) {
    if (found.kind === "id") yield found.chosen.id;
  }
}
