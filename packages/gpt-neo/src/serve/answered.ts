import type { Answer } from "./endpoint.ts";
import type { FoundInStep } from "./scheduler.ts";
import { type Piece, textsOf, type Wanted } from "./texts-of.ts";
import { usageOf } from "./usage.ts";
import { wholeTexts } from "./whole-texts.ts";

/** An answer in one, when all of it has been found. */
export async function wholeAnswer(
  answer: Answer,
  wanted: Wanted,
  found: AsyncIterable<FoundInStep>,
): Promise<object> {
  const { begin, push } = textsOf(wanted);
  const pieces = [...begin];
  for await (const some of found) pieces.push(...some.flatMap(push));
  const texts = wholeTexts(pieces);
  const made = texts.reduce((sum, text) => sum + text.made, 0);
  return answer.whole(texts, usageOf(wanted.prompts, made));
}

/** An answer in parts, those of each step together, as it is found. */
export async function* streamedAnswer(
  answer: Answer,
  wanted: Wanted,
  found: AsyncIterable<FoundInStep>,
): AsyncGenerator<readonly object[]> {
  const { begin, push } = textsOf(wanted);
  const chunks = (pieces: readonly Piece[]): readonly object[] =>
    pieces.filter((piece) => !isEmpty(piece)).map(answer.chunk);
  yield [...answer.begin, ...chunks(begin)];
  let made = 0;
  for await (const some of found) {
    const pieces = some.flatMap(push);
    made += pieces.filter(({ chosen }) => chosen).length;
    yield chunks(pieces);
  }
  if (answer.streamUsage) yield [answer.usage(usageOf(wanted.prompts, made))];
}

/** An id that does not complete a character tells nothing yet. */
function isEmpty({ text, tokens, finish }: Piece): boolean {
  return text === "" && tokens.length === 0 && finish === undefined;
}
