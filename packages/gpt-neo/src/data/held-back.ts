import type { Range } from "./chunks.ts";

/** What is trained on, and what is held back to validate with. */
export interface Divided {
  readonly train: readonly Range[];
  readonly held: readonly Range[];
}

/** No more is held back, however large the data: a validation looks at a sample of it. */
const mostHeld = 1 << 22;

/** In so many places at most, each of which has so many ids at least. */
const [mostPlaces, leastIds] = [32, 1 << 12];

/**
 * Divides ids into those to train on and those to validate with, which are the ends of equally long
 * parts. Only lengths decide, so nothing has to be read, and the context may change.
 *
 * @param share of all ids, up to 4,194,304 of them; 0 holds back nothing
 * @example
 * divided({ begin: 1, end: 1001 }, 0.05).held; // [{ begin: 951, end: 1001 }]
 */
export function divided({ begin, end }: Range, share: number): Divided {
  const held = Math.min(Math.ceil((end - begin) * share), mostHeld);
  if (held <= 0) return { train: [{ begin, end }], held: [] };
  const places = Math.max(1, Math.min(mostPlaces, Math.floor(held / leastIds)));
  const cut = (from: number, to: number, i: number): number =>
    from + Math.floor(((to - from) * i) / places);
  const parts = Array.from({ length: places }, (_, i) => {
    const [first, last] = [cut(begin, end, i), cut(begin, end, i + 1)];
    const border = last - (cut(0, held, i + 1) - cut(0, held, i));
    return { train: { begin: first, end: border }, held: { begin: border, end: last } };
  });
  return { train: parts.map(({ train }) => train), held: parts.map((part) => part.held) };
}
