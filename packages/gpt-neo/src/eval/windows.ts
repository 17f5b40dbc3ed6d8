import { ignoredLabel, type TokenPart } from "../data/index.ts";

/** Ids that a model sees at once, and the labels it is measured by. */
export interface Window {
  readonly tokens: Int32Array;
  /** The id that follows each, or `ignoredLabel` where an earlier window has predicted it. */
  readonly labels: Int32Array;
}

/**
 * The windows that documents are predicted in. A document that fits is one; of a longer one each
 * window begins `stride` ids after the one before, and predicts what none before has. The first id of
 * a window is predicted by none: so disjoint windows leave out one prediction each. No more of a
 * document is held than a window and a part.
 *
 * @example
 * // Of 1 2 3 4: [1 2], [2 3], [3 4], which predict 2, 3 and 4.
 * for await (const window of windowsOf(parts, 2, 1)) console.log(window.tokens);
 */
export async function* windowsOf(
  parts: AsyncIterable<Pick<TokenPart, "ids" | "end">>,
  longest: number,
  stride: number,
): AsyncGenerator<Window> {
  let held = new Int32Array(0);
  // The ids of the window that comes next which an earlier one has predicted, or nobody does.
  let behind = 1;
  for await (const { ids, end } of parts) {
    held = joined(held, ids);
    let begin = 0;
    // Only what something follows is not the last window of its document.
    for (; begin + longest < held.length; begin += stride) {
      yield windowAt(held.subarray(begin, begin + longest), behind);
      behind = Math.max(1, longest - stride);
    }
    held = held.subarray(begin);
    if (!end) continue;
    if (held.length > 0) yield windowAt(held, behind);
    held = held.subarray(held.length);
    behind = 1;
  }
}

function windowAt(ids: Int32Array, behind: number): Window {
  const labels = new Int32Array(ids.length).fill(ignoredLabel);
  for (let i = behind; i < ids.length; i++) labels[i - 1] = ids[i]!;
  return { tokens: ids.slice(), labels };
}

function joined(held: Int32Array, ids: Int32Array): Int32Array<ArrayBuffer> {
  const both = new Int32Array(held.length + ids.length);
  both.set(held);
  both.set(ids, held.length);
  return both;
}
