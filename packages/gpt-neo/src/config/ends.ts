import type { Note } from "./note.ts";

/** The keys of tokens that begin and end a text. */
export const endKeys = ["bos_token_id", "eos_token_id"] as const;
export type EndKey = (typeof endKeys)[number];

/** What a config may leave to a tokenizer: its ends, and how many ids there are. */
export type LeftOut = EndKey | "vocab_size";

/**
 * Those that a config does not write, or of which no id is in its vocabulary: there the tokenizer
 * decides.
 *
 * @example
 * endsLeftOut({ eos_token_id: 0 }, 257); // bos_token_id
 */
export function endsLeftOut(
  written: Readonly<Record<string, unknown>>,
  vocabulary: number,
): readonly EndKey[] {
  return endKeys.filter((key) => !idsIn(written[key]).some((id) => id < vocabulary));
}

/** What is to be said about ends that are written, of which no id is in the vocabulary. */
export function endsBeyond(
  written: Readonly<Record<string, unknown>>,
  vocabulary: number,
): readonly Note[] {
  return endKeys.flatMap((key): Note[] => {
    const beyond = idsIn(written[key]).filter((id) => id >= vocabulary);
    const told = `has ${beyond.join(", ")}, beyond vocab_size ${vocabulary}: left out`;
    return beyond.length > 0 ? [[key, told]] : [];
  });
}

function idsIn(value: unknown): readonly number[] {
  return (Array.isArray(value) ? value : [value]).filter((id) => typeof id === "number");
}
