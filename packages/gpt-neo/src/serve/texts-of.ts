import type { Chosen } from "../generate/search/search.ts";
import type { FoundBy } from "../generate/search/together.ts";
import type { Tokenizer } from "../tokenizer/index.ts";
import { type Writer, type Written, writer } from "./writer.ts";

/** Why a text ended: the model ended it, or a text that was asked to; or it is as long as it may be. */
export type Finish = "stop" | "length";

/** Some more of one of the texts of a request. */
export interface Piece extends Written {
  /** Which of them. */
  readonly index: number;
  /** The id that was chosen, where one was. */
  readonly chosen?: Chosen;
  /** Where this is its last piece. */
  readonly finish?: Finish;
}

/** How texts are made of what is found. */
export interface Wanted {
  readonly tokenizer: Tokenizer;
  readonly prompts: readonly (readonly number[])[];
  /** The texts of each prompt. */
  readonly count: number;
  /** Whether all texts of a prompt are one, which is found once. */
  readonly same: boolean;
  readonly stops: readonly string[];
  readonly echo?: Echo | undefined;
}

/** That texts begin with their prompts. */
export interface Echo {
  /** How many ids at the beginning of each prompt are no part of its text. */
  readonly hidden: readonly number[];
  /** Whether the ids of the prompt, from the second one on, are found before those of the text. */
  readonly told: boolean;
}

/** The texts of a request, in pieces. */
export interface Texts {
  /** What there is before anything is found. */
  readonly begin: readonly Piece[];
  /** Makes pieces of what is found next. */
  push(found: FoundBy): readonly Piece[];
}

/** Makes texts of what is found for a request. */
export function textsOf({ tokenizer, prompts, count, same, stops, echo }: Wanted): Texts {
  const lengths = prompts.map(() => 0);
  const writers = new Map<number, Writer>();
  const read = prompts.map(([first]): Chosen[] => [{ id: first! }]);
  const indexesOf = (prompt: number): readonly number[] =>
    Array.from({ length: count }, (_, i) => prompt * count + i);

  function echoed(prompt: number, chosen: readonly Chosen[]): readonly Piece[] {
    const all = writer(tokenizer, []);
    const written = [...chosen.slice(echo!.hidden[prompt]).map((one) => all.push(one)), all.end()];
    const text = written.map((one) => one.text).join("");
    const tokens = echo!.told ? written.flatMap((one) => one.tokens) : [];
    lengths[prompt] = text.length;
    return indexesOf(prompt).map((index) => ({ index, text, tokens }));
  }

  const begin = prompts.flatMap((ids, prompt) => {
    if (!echo || (echo.told && ids.length > 1)) return [];
    return echoed(
      prompt,
      ids.map((id) => ({ id })),
    );
  });

  return {
    begin,
    push(one) {
      const { prompt } = one;
      if (echo?.told && one.kind === "id" && read[prompt]!.length < prompts[prompt]!.length) {
        read[prompt]!.push(one.chosen);
        const whole = read[prompt]!.length === prompts[prompt]!.length;
        return whole ? echoed(prompt, read[prompt]!) : [];
      }
      const indexes = same ? indexesOf(prompt) : [prompt * count + one.sequence];
      return indexes.map((index): Piece => {
        const into = writers.get(index) ?? writer(tokenizer, stops, lengths[prompt]);
        writers.set(index, into);
        if (one.kind === "id") return { index, chosen: one.chosen, ...into.push(one.chosen) };
        return { index, finish: finishOf(one.ending.reason), ...into.end() };
      });
    },
  };
}

function finishOf(reason: "eos" | "stop" | "length"): Finish {
  return reason === "length" ? "length" : "stop";
}
