import type { Tokenizer } from "../tokenizer/index.ts";
import type { StreamDecoder } from "../tokenizer/tokenizer.ts";
import { untilStop } from "./until-stop.ts";

/** The text of ids that come one by one. */
export interface ContinuedText {
  /** What is certain of the text by now, and has not been given. */
  push(id: number): string;
  /** What was held back. */
  end(): string;
}

/** The text of new ids, in whole characters, up to the first of some texts that end it. */
export function continuedText(decoder: StreamDecoder, stops: readonly string[]): ContinuedText {
  const until = untilStop(stops);
  return {
    push: (id) => until.push(decoder.push(id)),
    end: () => until.push(decoder.end()) + until.end(),
  };
}

/** The same where all ids are there. */
export function textOfContinued(
  tokenizer: Tokenizer,
  ids: readonly number[],
  stops: readonly string[],
): string {
  const text = continuedText(tokenizer.decoder(), stops);
  return ids.map((id) => text.push(id)).join("") + text.end();
}
