import { countArgument, numberOptions } from "../../arguments.ts";

/**
 * How many places each expert has in a group of tokens: as many as all tokens need if they choose
 * experts alike, times a factor, and no more than there are tokens.
 *
 * @param tokens in a group
 * @param options.factor 1.25 by default
 * @param options.least so many places in any case; 4 by default
 * @throws MtfError `bad-argument`, `unknown-option`
 * @example
 * const places = dimension("place", expertCapacity(length.size, expert.size, { factor: 2 }));
 */
export function expertCapacity(
  tokens: number,
  experts: number,
  options: { readonly factor?: number | undefined; readonly least?: number | undefined } = {},
): number {
  countArgument("expertCapacity", "tokens", tokens, 1);
  countArgument("expertCapacity", "experts", experts, 1);
  const { factor, least } = numberOptions("expertCapacity", options, { factor: 1.25, least: 4 });
  return Math.max(Math.min(tokens, Math.floor((tokens * factor) / experts)), least, 1);
}
