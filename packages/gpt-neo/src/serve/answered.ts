import type { FoundBy } from "../generate/search/together.ts";
import type { Answer } from "./endpoint.ts";
import { type Piece, textsOf, type Wanted } from "./texts-of.ts";
import { usageOf } from "./usage.ts";
import { wholeTexts } from "./whole-texts.ts";

/** An answer in one, when all of it has been found. */
export async function wholeAnswer(
  answer: Answer,
  wanted: Wanted,
  found: AsyncIterable<FoundBy>,
): Promise<object> {
  const texts = await wholeTexts(textsOf(found, wanted));
  const made = texts.reduce((sum, text) => sum + text.made, 0);
  return answer.whole(texts, usageOf(wanted.prompts, made));
}

/** An answer in parts, as it is found. */
export async function* streamedAnswer(
  answer: Answer,
  wanted: Wanted,
  found: AsyncIterable<FoundBy>,
): AsyncGenerator<object> {
  yield* answer.begin;
  let made = 0;
  for await (const piece of textsOf(found, wanted)) {
    if (piece.chosen) made++;
    if (!isEmpty(piece)) yield answer.chunk(piece);
  }
  if (answer.streamUsage) yield answer.usage(usageOf(wanted.prompts, made));
}

/** An id that does not complete a character tells nothing yet. */
function isEmpty({ text, tokens, finish }: Piece): boolean {
  return text === "" && tokens.length === 0 && finish === undefined;
}
