import { optionsInWords } from "./options-in-words.ts";

/** The advice to begin another run from the weights of one whose optimizer's state is of no use. */
export function furtherAfresh(run: string): string {
  return `${optionsInWords({ model: run })} and \`out\` with another folder, to train its weights further with a fresh optimizer`;
}
