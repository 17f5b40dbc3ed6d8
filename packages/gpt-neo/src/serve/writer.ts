import type { Chosen } from "../generate/search/search.ts";
import { untilStop } from "../generate/until-stop.ts";
import type { Tokenizer } from "../tokenizer/index.ts";

/** An id as a part of a text. */
export interface Token {
  readonly chosen: Chosen;
  /** Where it begins, in characters from the text's beginning. */
  readonly offset: number;
}

/** Some more of a text, and the ids that begin in it. */
export interface Written {
  readonly text: string;
  readonly tokens: readonly Token[];
}

/** Makes text of ids as they come. */
export interface Writer {
  push(chosen: Chosen): Written;
  /** What was held back. */
  end(): Written;
}

/**
 * Writes whole characters, and holds back what may be the beginning of a text that ends this one. The
 * ids of what is left out are left out.
 *
 * @param offset where the text begins
 */
export function writer(tokenizer: Tokenizer, stops: readonly string[], offset = 0): Writer {
  const decoder = tokenizer.decoder();
  const until = untilStop(stops);
  let held: readonly Token[] = [];
  let [decoded, written] = [offset, offset];

  function told(text: string, isIn: (token: Token) => boolean): Written {
    written += text.length;
    const tokens = held.filter(isIn);
    held = held.filter((token) => !isIn(token));
    return { text, tokens };
  }

  return {
    push(chosen) {
      held = [...held, { chosen, offset: decoded }];
      const piece = decoder.push(chosen.id);
      decoded += piece.length;
      return told(until.push(piece), (token) => token.offset < written);
    },
    end() {
      const rest = decoder.end();
      decoded += rest.length;
      const text = until.push(rest) + until.end();
      const whole = written + text.length === decoded;
      return told(text, (token) => whole || token.offset < written);
    },
  };
}
