import { wrongArgument } from "../../arguments.ts";
import { MtfError } from "../../errors.ts";
import { type Box, isBox, printBox } from "../../program/placement.ts";
import { volumeOf } from "../../shape.ts";

/**
 * The whole of a tensor as a box.
 *
 * @example
 * wholeBox([4, 6]); // [{ begin: 0, size: 4 }, { begin: 0, size: 6 }]
 */
export function wholeBox(shape: readonly number[]): Box {
  return shape.map((size) => ({ begin: 0, size }));
}

/**
 * Refuses a box that is not inside a tensor.
 *
 * @throws MtfError `bad-argument` naming both
 * @example
 * checkBox([4, 6], [{ begin: 1, size: 2 }, { begin: 0, size: 7 }]); // 0..7 is not inside 6
 */
export function checkBox(shape: readonly number[], box: Box): void {
  if (!isBox(box)) throw wrongArgument("read", "box", "a range { begin, size } for each dim", box);
  const inside = (range: Box[number], size: number): boolean =>
    Number.isSafeInteger(range.begin) &&
    Number.isSafeInteger(range.size) &&
    range.begin >= 0 &&
    range.size >= 0 &&
    range.begin + range.size <= size;
  if (box.length === shape.length && shape.every((size, d) => inside(box[d]!, size))) return;
  throw new MtfError(
    "bad-argument",
    `the box [${printBox(box)}] is not inside [${shape.join(", ")}].`,
  );
}

/**
 * Boxes of at most `most` elements that make up a tensor in order: what a tensor that is spread
 * over devices is fetched and written by.
 *
 * @example
 * rowBlocks([100, 768], 768 * 40); // rows 0..40, 40..80, 80..100
 */
export function* rowBlocks(shape: readonly number[], most: number): Generator<Box> {
  const total = volumeOf(shape);
  if (total === 0) return;
  // The first dim whose rows fit is cut into blocks; the dims before it are taken one by one.
  let cut = 0;
  let row = total / (shape[0] ?? 1);
  while (row > most && cut < shape.length - 1) row /= shape[++cut]!;
  if (shape.length === 0) yield [];
  else yield* blocksFrom(shape, 0, cut, Math.max(1, Math.floor(most / row)), []);
}

function* blocksFrom(
  shape: readonly number[],
  dim: number,
  cut: number,
  block: number,
  before: Box,
): Generator<Box> {
  const step = dim === cut ? block : 1;
  for (let begin = 0; begin < shape[dim]!; begin += step) {
    const box = [...before, { begin, size: Math.min(step, shape[dim]! - begin) }];
    if (dim < cut) yield* blocksFrom(shape, dim + 1, cut, block, box);
    else yield [...box, ...wholeBox(shape.slice(dim + 1))];
  }
}
