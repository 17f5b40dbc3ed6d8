/**
 * Attention of single queries to what a mask shows of many keys. What lies behind what it hides is read only
 * as far as it must be: 0 times infinity is NaN.
 */
import { areFinite } from "./_finite";
import { addWeighted, products, scale } from "./_query";
import { largest, sumExpNormal } from "./_rows";
import { splat } from "./_vector";

/** The lowest number: the product with a key that is not seen. */
const LOWEST: f32 = -3.4028234663852886e38;

/** Where what begins at `i` ends: keys that are all seen, or all not. */
@inline
function endOfRun(visible: usize, i: i32, n: i32, seen: bool): i32 {
  while (i < n && (load<u8>(visible + <usize>i) != 0) == seen) i++;
  return i;
}

function fill(x: usize, n: i32, value: f32): void {
  const end = x + (<usize>n << 2);
  for (; x + 16 <= end; x += 16) v128.store(x, splat(value));
  for (; x < end; x += 4) store<f32>(x, value);
}

/** Whether rows of numbers, `step` bytes apart, are neither infinite nor NaN. */
function areRowsFinite(row: usize, step: usize, depth: i32, n: i32): bool {
  if (step == <usize>depth << 2) return areFinite(row, n * depth);
  for (; n > 0; n--) {
    if (!areFinite(row, depth)) return false;
    row += step;
  }
  return true;
}

/** @param x room for a product with each key */
function attend(
  y: usize, q: usize, depth: i32, keys: usize, keyStep: usize, values: usize, valueStep: usize,
  visible: usize, n: i32, x: usize,
): void {
  for (let i = 0; i < n;) {
    const seen = load<u8>(visible + <usize>i) != 0;
    const end = endOfRun(visible, i, n, seen);
    const at = x + (<usize>i << 2);
    if (seen) products(at, q, depth, keys + <usize>i * keyStep, keyStep, end - i);
    else fill(at, end - i, LOWEST);
    i = end;
  }
  const sum = sumExpNormal(x, n, largest(x, n), x);
  memory.fill(y, 0, <usize>depth << 2);
  for (let i = 0; i < n;) {
    const seen = load<u8>(visible + <usize>i) != 0;
    const end = endOfRun(visible, i, n, seen);
    const at = x + (<usize>i << 2), row = values + <usize>i * valueStep;
    // All that are not seen weigh the same.
    const counts = seen || load<f32>(at) != 0 || !areRowsFinite(row, valueStep, depth, end - i);
    if (counts) addWeighted(y, depth, at, row, valueStep, end - i);
    i = end;
  }
  scale(y, depth, <f32>(1 / sum));
}

/**
 * Description: [elements of a query, keys, elements from key to key, from value to value, rank, then (size,
 * query stride, result stride, key stride, value stride, mask stride) of each dim of queries, the slowest first].
 *
 * @param x room for a number for each key
 */
export function attendMasked(
  description: usize, q: usize, y: usize, keys: usize, values: usize, visible: usize, x: usize,
): void {
  const depth = load<i32>(description), n = load<i32>(description, 4);
  const keyStep = <usize>load<i32>(description, 8) << 2;
  const valueStep = <usize>load<i32>(description, 12) << 2;
  const rank = load<i32>(description, 16);
  const dims = description + 20;
  let turns: i32 = 1;
  for (let d: i32 = 0; d < rank; d++) turns *= load<i32>(dims + <usize>d * 24);
  for (let turn: i32 = 0; turn < turns; turn++) {
    let rest = turn;
    let ofQ: i32 = 0, ofY: i32 = 0, ofK: i32 = 0, ofV: i32 = 0, ofMask: i32 = 0;
    for (let d = rank - 1; d >= 0; d--) {
      const dim = dims + <usize>d * 24, size = load<i32>(dim);
      const at = rest % size;
      rest = rest / size;
      ofQ += at * load<i32>(dim, 4);
      ofY += at * load<i32>(dim, 8);
      ofK += at * load<i32>(dim, 12);
      ofV += at * load<i32>(dim, 16);
      ofMask += at * load<i32>(dim, 20);
    }
    attend(
      y + (<usize>ofY << 2), q + (<usize>ofQ << 2), depth,
      keys + (<usize>ofK << 2), keyStep, values + (<usize>ofV << 2), valueStep,
      visible + <usize>ofMask, n, x,
    );
  }
}
