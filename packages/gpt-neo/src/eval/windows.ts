import { ignoredLabel } from "../data/index.ts";

/** Ids that a model sees at once, and the labels it is measured by. */
export interface Window {
  readonly tokens: readonly number[];
  /** The id that follows each, or `ignoredLabel` where an earlier window has predicted it. */
  readonly labels: readonly number[];
}

/**
 * The windows that a row is predicted in. A row that fits is one; of a longer one each window
 * begins `stride` ids after the one before, and predicts what none before has. The first id of a
 * window is predicted by none: so disjoint windows leave out one prediction each.
 *
 * @example
 * [...windowsOf([1, 2, 3, 4], 2, 1)]; // [1 2], [2 3], [3 4]: predictions of 2, 3 and 4
 */
export function* windowsOf(
  ids: ArrayLike<number>,
  longest: number,
  stride: number,
): Generator<Window> {
  let predicted = 1;
  for (let begin = 0; begin < ids.length; begin += stride) {
    const end = Math.min(begin + longest, ids.length);
    const tokens = Array.from({ length: end - begin }, (_, i) => ids[begin + i]!);
    const labels = tokens.map((_, i) => {
      const at = begin + i + 1;
      return at < end && at >= predicted ? ids[at]! : ignoredLabel;
    });
    yield { tokens, labels };
    predicted = end;
    if (end === ids.length) return;
  }
}

/**
 * The documents of a row, each with the id that ends it.
 *
 * @example
 * [...documentsIn(Int32Array.of(1, 0, 2), 0)]; // [1 0], [2]
 */
export function* documentsIn(ids: Int32Array, endOfText: number): Generator<Int32Array> {
  for (let begin = 0; begin < ids.length; ) {
    const found = ids.indexOf(endOfText, begin);
    const end = found < 0 ? ids.length : found + 1;
    yield ids.subarray(begin, end);
    begin = end;
  }
}
