/** The keys of tokens that begin and end a text. */
export const endKeys = ["bos_token_id", "eos_token_id"] as const;
export type EndKey = (typeof endKeys)[number];

/**
 * Those that a config does not write: there the tokenizer decides.
 *
 * @example
 * endsLeftOut({ eos_token_id: 0 }); // bos_token_id
 */
export function endsLeftOut(written: Readonly<Record<string, unknown>>): readonly EndKey[] {
  return endKeys.filter((key) => written[key] === undefined || written[key] === null);
}
