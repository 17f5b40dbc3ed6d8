import type { Finish, Piece } from "./texts-of.ts";
import type { Token } from "./writer.ts";

/** One of the texts of a request. */
export interface WholeText {
  readonly text: string;
  readonly tokens: readonly Token[];
  readonly finish: Finish;
  /** How many ids were chosen for it. */
  readonly made: number;
  /** The mean log-probability of those ids, where they are told. */
  readonly likelihood: number;
}

/** The texts of a request when all have ended, in their order. */
export function wholeTexts(pieces: readonly Piece[]): readonly WholeText[] {
  const texts: Piece[][] = [];
  for (const piece of pieces) {
    texts[piece.index] ??= [];
    texts[piece.index]!.push(piece);
  }
  return texts.map(joined);
}

function joined(pieces: readonly Piece[]): WholeText {
  const chosen = pieces.flatMap((piece) => piece.chosen ?? []);
  const sum = chosen.reduce((all, { logProb = 0 }) => all + logProb, 0);
  return {
    text: pieces.map(({ text }) => text).join(""),
    tokens: pieces.flatMap(({ tokens }) => tokens),
    finish: pieces.at(-1)!.finish!,
    made: chosen.length,
    likelihood: sum / Math.max(1, chosen.length),
  };
}

/** Of the texts of each prompt the likeliest, from the best on. */
export function likeliest(
  texts: readonly WholeText[],
  perPrompt: number,
  count: number,
): readonly WholeText[] {
  if (count === perPrompt) return texts;
  const prompts = Array.from({ length: texts.length / perPrompt }, (_, prompt) =>
    texts.slice(prompt * perPrompt, (prompt + 1) * perPrompt),
  );
  return prompts.flatMap((of) =>
    of.toSorted((a, b) => b.likelihood - a.likelihood).slice(0, count),
  );
}
