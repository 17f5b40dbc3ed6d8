import { MtfError } from "mtf";
import type { LoadedModel } from "../loaded-model.ts";
import { unknownId } from "../unknown-id.ts";
import { wrongOption } from "../wrong-option.ts";
import { guessBy } from "./draft/guess.ts";
import { withGuesses } from "./draft/with-guesses.ts";
import { type Making, openMaking } from "./making.ts";
import { askedOf } from "./options/asked.ts";
import type { GenerateAllSettings } from "./options/settings.ts";
import { type FoundBy, together } from "./search/together.ts";
import { type SearchOptions, searchOf } from "./search-of.ts";
import { mostWithin } from "./within-context.ts";

/** What ids are made with: of a loaded model, or of one that is being trained. */
export type Generating = Pick<
  LoadedModel,
  "config" | "context" | "parameters" | "decoding" | "ends"
> &
  Partial<Pick<LoadedModel, "tokenizer" | "generation">>;

/**
 * The ids that a model continues several prompts with, each as soon as it is found, and the end of
 * each text. With beams, a text is found as a whole. Whoever breaks out of the loop frees what it held.
 *
 * @throws MtfError `bad-argument` for a prompt without ids or with some outside the vocabulary, or
 * settings that are wrong; `bad-checkpoint` where the weights make logits that are no numbers; the
 * signal's reason
 * @example
 * for await (const found of generateEach(model, [[15496], [464]], { maxNewTokens: 20 })) {
 *   if (found.kind === "id") console.log(found.prompt, found.chosen.id);
 * }
 */
export async function* generateEach(
  model: Generating,
  prompts: readonly (readonly number[])[],
  settings: GenerateAllSettings = {},
): AsyncGenerator<FoundBy> {
  const asked = askedOf(model, settings);
  const making = openMaking(model, settings.draft);
  try {
    yield* foundBy(making, model, prompts, { settings, asked });
  } finally {
    await making.close();
  }
}

/** The same by what somebody else closes. */
export async function* foundBy(
  making: Making,
  model: Generating,
  prompts: readonly (readonly number[])[],
  { settings, asked }: { readonly settings: GenerateAllSettings; readonly asked: SearchOptions },
): AsyncGenerator<FoundBy> {
  if (!Array.isArray(prompts)) {
    throw wrongOption("generate", "the list of prompts", prompts, "a list of lists of ids");
  }
  for (const prompt of prompts) checkPrompt(prompt, model.config.vocab_size);
  if (asked.most === 0) {
    yield* nothing(prompts.length, asked.count);
    return;
  }
  const search = (prompt: readonly number[], only?: number) => {
    const slides = settings.slide !== false;
    const most = slides ? asked.most : mostWithin(model.context, prompt, asked.most);
    return searchOf(prompt, { ...asked, most, only });
  };
  const { draft, draftTokens = 3, signal, enough } = settings;
  if (!draft) {
    yield* together(
      prompts.map((prompt) => search(prompt)),
      making.logits,
      { signal, enough },
    );
    return;
  }
  const texts = prompts.flatMap((ids, prompt) =>
    Array.from({ length: asked.count }, (_, one) => ({ prompt, search: search(ids, one) })),
  );
  const guess = guessBy({ logits: making.draft!, draft, model, most: draftTokens });
  yield* withGuesses(texts, making.logits, guess, { signal, enough });
}

/** Texts that may have no ids. */
function* nothing(prompts: number, sequences: number): Generator<FoundBy> {
  for (let prompt = 0; prompt < prompts; prompt++) {
    for (let sequence = 0; sequence < sequences; sequence++) {
      yield { kind: "end", prompt, sequence, ending: { reason: "length" } };
    }
  }
}

function checkPrompt(prompt: readonly number[], vocabulary: number): void {
  if (!Array.isArray(prompt) && !ArrayBuffer.isView(prompt)) {
    throw wrongOption("generate", "the prompt", prompt, "a list of ids");
  }
  const wrong = unknownId(prompt, vocabulary);
  if (wrong !== undefined) {
    throw new MtfError("bad-argument", `the prompt has ${wrong}, which is no id of the model.`, {
      evidence: [["vocabulary", `0 to ${vocabulary - 1}`]],
    });
  }
  if (prompt.length > 0) return;
  throw new MtfError("bad-argument", "the prompt has no ids: there is nothing to continue.", {
    try: ["the tokenizer's endOfText alone, which begins a text"],
  });
}
