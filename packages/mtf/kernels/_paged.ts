/**
 * Attention to keys and values in blocks of `size` tokens, which a table of block numbers puts in order.
 * Steps from block to block and from token to token are in bytes. Blocks that are not there are left out.
 */
import { addWeighted, products, scale } from "./_query";
import { largest, sumExpNormal } from "./_rows";

/** -infinity in place of the products at positions outside of `low` to `high`. */
function hideOutside(x: usize, position: i32, n: i32, low: i32, high: i32): i32 {
  let seen = 0;
  for (let i = 0; i < n; i++) {
    if (position + i >= low && position + i < high) seen++;
    else store<f32>(x + (<usize>i << 2), -<f32>Infinity);
  }
  return seen;
}

/**
 * What one query sees: the tokens from `low` up to `high`. All from `begin` up to `end` are weighted, 0 being
 * the weight of those that it does not see. Zeros where it sees none.
 *
 * @param x room for a product with each
 */
export function attendPaged(
  y: usize, q: usize, depth: i32,
  keys: usize, keyBlock: usize, keyStep: usize,
  values: usize, valueBlock: usize, valueStep: usize,
  table: usize, blocks: i32, size: i32,
  begin: i32, end: i32, low: i32, high: i32, x: usize,
): void {
  memory.fill(y, 0, <usize>depth << 2);
  if (begin >= end) return;
  const some = low > begin || high < end;
  const firstPage = begin / size, lastPage = (end - 1) / size;
  let n = 0, seen = 0;
  for (let page = firstPage; page <= lastPage; page++) {
    const block = load<i32>(table + (<usize>page << 2));
    if (<u32>block >= <u32>blocks) continue;
    const from = max(begin, page * size), count = min(end, (page + 1) * size) - from;
    const place = <usize>(from - page * size);
    const at = x + (<usize>n << 2);
    products(at, q, depth, keys + <usize>block * keyBlock + place * keyStep, keyStep, count);
    seen += some ? hideOutside(at, from, count, low, high) : count;
    n += count;
  }
  if (seen == 0) return;
  const sum = sumExpNormal(x, n, largest(x, n), x);
  let at = x;
  for (let page = firstPage; page <= lastPage; page++) {
    const block = load<i32>(table + (<usize>page << 2));
    if (<u32>block >= <u32>blocks) continue;
    const from = max(begin, page * size), count = min(end, (page + 1) * size) - from;
    const place = <usize>(from - page * size);
    addWeighted(y, depth, at, values + <usize>block * valueBlock + place * valueStep, valueStep, count);
    at += <usize>count << 2;
  }
  scale(y, depth, <f32>(1 / sum));
}

/** Copies tokens from `begin` up to `end` next to each other; all their blocks are there. */
export function collectPaged(
  to: usize, depth: i32, from: usize, fromBlock: usize, step: usize,
  table: usize, size: i32, begin: i32, end: i32,
): void {
  const bytes = <usize>depth << 2;
  for (let position = begin; position < end;) {
    const page = position / size, stop = min(end, (page + 1) * size);
    const block = <usize>load<i32>(table + (<usize>page << 2));
    let row = from + block * fromBlock + <usize>(position - page * size) * step;
    for (; position < stop; position++) {
      memory.copy(to, row, bytes);
      to += bytes;
      row += step;
    }
  }
}

/**
 * exp(x - max) in place of rows of `n` products, and 0 for what is not seen; the reciprocals of their sums.
 * The first row sees the products before `first`, the next one more, each no more than the last `window`.
 */
export function weighNear(
  x: usize, step: usize, rows: i32, n: i32, first: i32, window: i32, scales: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const end = min(n, first + row), begin = max(0, first + row - window);
    const seen = x + (<usize>begin << 2);
    memory.fill(x, 0, <usize>begin << 2);
    const sum = sumExpNormal(seen, end - begin, largest(seen, end - begin), seen);
    memory.fill(x + (<usize>end << 2), 0, <usize>(n - end) << 2);
    store<f32>(scales, <f32>(1 / sum));
    x += step;
    scales += 4;
  }
}
