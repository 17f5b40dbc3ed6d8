/** A line of a prompt: what it is, and its text. */
export type Line = readonly [name: string, text: string];

/** What a prompt is made of. */
export interface PromptParts {
  /** What it begins with, if anything. */
  readonly instruction?: string | undefined;
  /** Examples with all their lines. */
  readonly examples: readonly (readonly Line[])[];
  /** What is to be completed: its lines that are there. */
  readonly given: readonly Line[];
  /** The name of the line that is wanted. */
  readonly wanted: string;
}

/**
 * Examples one below the other, and last what the model is to complete, as in Brown et al. (2020) and
 * Zhao et al. (2021).
 *
 * @example
 * promptOf({ examples: [[["Q", "1 + 1"], ["A", "2"]]], given: [["Q", "1 + 2"]], wanted: "A" });
 * // "Q: 1 + 1\nA: 2\n\nQ: 1 + 2\nA:"
 */
export function promptOf({ instruction, examples, given, wanted }: PromptParts): string {
  const blocks = [
    ...examples.map((lines) => lines.map(written)),
    [...given.map(written), `${wanted}:`],
  ];
  const begin = instruction === undefined || instruction === "" ? [] : [instruction];
  return [...begin, ...blocks.map((lines) => lines.join("\n"))].join("\n\n");
}

const written = ([name, text]: Line): string => (text === "" ? `${name}:` : `${name}: ${text}`);
