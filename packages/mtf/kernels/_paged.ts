/**
 * Attention to keys and values in blocks of `size` tokens, which a table of block numbers puts in order.
 * Steps from block to block and from token to token are in bytes. Blocks that are not there are left out.
 */
import { largest, sumExp } from "./_rows";
import { madd, splat, sumLanes } from "./_vector";

/** The sums of four vectors' lanes. */
@inline
function sumsOf(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(
    v128.shuffle<f32>(a, b, 0, 4, 1, 5),
    v128.shuffle<f32>(a, b, 2, 6, 3, 7),
  );
  const cd = f32x4.add(
    v128.shuffle<f32>(c, d, 0, 4, 1, 5),
    v128.shuffle<f32>(c, d, 2, 6, 3, 7),
  );
  // [a0+a2, b0+b2, a1+a3, b1+b3] and the same of c and d.
  return f32x4.add(
    v128.shuffle<f32>(ab, cd, 0, 1, 4, 5),
    v128.shuffle<f32>(ab, cd, 2, 3, 6, 7),
  );
}

/** The products of a query with keys that lie `step` apart. */
function products(x: usize, q: usize, depth: i32, row: usize, step: usize, n: i32): void {
  const vectors = <usize>(depth & ~3) << 2, bytes = <usize>depth << 2;
  for (; n >= 4; n -= 4) {
    let a = splat(0), b = a, c = a, d = a;
    const second = row + step, third = second + step, fourth = third + step;
    let i: usize = 0;
    for (; i < vectors; i += 16) {
      const v = v128.load(q + i);
      a = madd(v, v128.load(row + i), a);
      b = madd(v, v128.load(second + i), b);
      c = madd(v, v128.load(third + i), c);
      d = madd(v, v128.load(fourth + i), d);
    }
    let sums = sumsOf(a, b, c, d);
    for (; i < bytes; i += 4) {
      let keys = v128.load32_splat(row + i);
      keys = v128.load_lane<f32>(second + i, keys, 1);
      keys = v128.load_lane<f32>(third + i, keys, 2);
      keys = v128.load_lane<f32>(fourth + i, keys, 3);
      sums = madd(v128.load32_splat(q + i), keys, sums);
    }
    v128.store(x, sums);
    x += 16;
    row = fourth + step;
  }
  for (; n > 0; n--) {
    let a = splat(0);
    let i: usize = 0;
    for (; i < vectors; i += 16) a = madd(v128.load(q + i), v128.load(row + i), a);
    let sum = sumLanes(a);
    for (; i < bytes; i += 4) sum += load<f32>(q + i) * load<f32>(row + i);
    store<f32>(x, sum);
    x += 4;
    row += step;
  }
}

/** Adds values that lie `step` apart, each times its weight. A block is summed before it is added. */
function addWeighted(y: usize, depth: i32, x: usize, row: usize, step: usize, n: i32): void {
  const bytes = <usize>depth << 2, end = x + (<usize>n << 2);
  let i: usize = 0;
  for (; i + 64 <= bytes; i += 64) {
    let a = splat(0), b = a, c = a, d = a;
    let from = row + i;
    for (let w = x; w < end; w += 4) {
      const weight = v128.load32_splat(w);
      a = madd(weight, v128.load(from), a);
      b = madd(weight, v128.load(from, 16), b);
      c = madd(weight, v128.load(from, 32), c);
      d = madd(weight, v128.load(from, 48), d);
      from += step;
    }
    v128.store(y + i, f32x4.add(v128.load(y + i), a));
    v128.store(y + i, f32x4.add(v128.load(y + i, 16), b), 16);
    v128.store(y + i, f32x4.add(v128.load(y + i, 32), c), 32);
    v128.store(y + i, f32x4.add(v128.load(y + i, 48), d), 48);
  }
  for (; i + 16 <= bytes; i += 16) {
    let a = splat(0);
    let from = row + i;
    for (let w = x; w < end; w += 4) {
      a = madd(v128.load32_splat(w), v128.load(from), a);
      from += step;
    }
    v128.store(y + i, f32x4.add(v128.load(y + i), a));
  }
  for (; i < bytes; i += 4) {
    let a: f32 = 0;
    let from = row + i;
    for (let w = x; w < end; w += 4) {
      a += load<f32>(w) * load<f32>(from);
      from += step;
    }
    store<f32>(y + i, load<f32>(y + i) + a);
  }
}

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
  const sum = sumExp(x, n, largest(x, n), x);
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

function scale(y: usize, depth: i32, by: f32): void {
  const end = y + (<usize>depth << 2);
  for (; y + 16 <= end; y += 16) v128.store(y, f32x4.mul(v128.load(y), splat(by)));
  for (; y < end; y += 4) store<f32>(y, load<f32>(y) * by);
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
    const sum = sumExp(seen, end - begin, largest(seen, end - begin), seen);
    memory.fill(x + (<usize>end << 2), 0, <usize>(n - end) << 2);
    store<f32>(scales, <f32>(1 / sum));
    x += step;
    scales += 4;
  }
}
