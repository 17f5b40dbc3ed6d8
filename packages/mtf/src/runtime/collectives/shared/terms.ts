import type { StoredDType } from "../../../dtype.ts";
import type { Term } from "../fold.ts";
import type { Staging } from "./staging.ts";

/**
 * What a group has, in the order of devices: this one's own where it lies, the others' in their windows. Of the
 * first two the other's comes first, which is copied into the result: two numbers give the same either way.
 *
 * @param own its numbers, and where the row would begin among them
 * @param begin where it begins in another's window, by the other's rank
 */
export function termsOf(
  { members, rank, window }: Staging,
  dtype: StoredDType,
  own: Term,
  begin: (rank: number) => number = () => 0,
): readonly Term[] {
  const terms = members.map((member, i): Term => {
    return i === rank ? own : { numbers: window(member, dtype), begin: begin(i) };
  });
  return rank === 0 ? [terms[1]!, terms[0]!, ...terms.slice(2)] : terms;
}
