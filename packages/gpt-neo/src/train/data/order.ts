import { MtfError } from "mtf";

/**
 * The order that a run takes its data in, which it keeps to its end. In the first, all samples are one
 * permutation and whole documents are held back, for which everything has to be read before; in the
 * second, chunks of ids whose places follow from lengths are, and text is tokenized before. In the third,
 * much text is in chunks by bytes, which are tokenized while steps are taken; all else is as in the second.
 * In the fourth, much text that has to be read from its beginning is taken as it comes in the first epoch.
 */
export type DataOrder = 1 | 2 | 3 | 4;

/** What runs begin with. */
export const currentOrder: DataOrder = 4;

/**
 * The order of a run that goes on; what was saved before there was another says none.
 *
 * @throws MtfError `bad-file` if it is not known here
 * @example
 * orderOf({ dataOrder: 2 }, "runs/book"); // 2
 */
export function orderOf(saved: { readonly dataOrder?: unknown }, out: string): DataOrder {
  const { dataOrder = 1 } = saved;
  const known = ([1, 2, 3, 4] as const).find((order) => order === dataOrder);
  if (known) return known;
  throw new MtfError("bad-file", `${out} takes its data in an order of version ${dataOrder}.`, {
    evidence: [["known here", "versions 1 to 4"]],
    try: ["the gpt-neo that wrote it", "`out` with another folder"],
    file: out,
  });
}
