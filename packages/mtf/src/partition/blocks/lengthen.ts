import { type Cut, standsFor } from "./cut.ts";

/** One of several terms, or its like in a block so many further. */
export interface Term<Item> {
  readonly item: Item;
  readonly further: number;
}

/**
 * The terms of a sum over all blocks by those of one without the blocks left out: those that stand for
 * others come again with those of each block that they stand for. Nothing where they do not come in the
 * order of their blocks, or the other way round.
 *
 * @param blockOf numbers blocks without those left out; -1 is none
 */
export function lengthened<Item>(
  terms: readonly Item[],
  cut: Cut,
  blockOf: (item: Item) => number,
): readonly Term<Item>[] | undefined {
  const own = terms.map((item): Term<Item> => ({ item, further: 0 }));
  const stands = terms.map((item) => standsFor(cut, blockOf(item)));
  const begin = stands.indexOf(true);
  if (begin < 0) return own;
  const end = stands.lastIndexOf(true) + 1;
  if (stands.slice(begin, end).includes(false)) return undefined;
  const next = (at: number, block: number) => at in terms && blockOf(terms[at]!) === block;
  const before = cut.begin - cut.period - 1;
  const ascends = next(begin - 1, before) || next(end, cut.begin);
  const descends = next(begin - 1, cut.begin) || next(end, before);
  if (ascends === descends) return undefined;
  const times = 1 + (cut.end - cut.begin) / cut.period;
  const all = Array.from({ length: times }, (_, i) => {
    const further = cut.period * (ascends ? i : times - 1 - i);
    return terms.slice(begin, end).map((item): Term<Item> => ({ item, further }));
  });
  return [...own.slice(0, begin), ...all.flat(), ...own.slice(end)];
}
