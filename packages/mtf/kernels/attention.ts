/**
 * Attention of one block of queries: rows of products with keys, of which a query sees the first ones.
 * Rows are `step` bytes apart. Where `own` is not 0, it has a number for each row, `ownStep` bytes apart,
 * and `others` one for each key: what differs is not seen.
 */
import { largest, sumExpNormal, sumRow } from "./_rows";
import { exp, log, select, splat } from "./_vector";

export { keepConstants } from "./_constants";
export { areFinite } from "./_finite";
export { attendMasked } from "./_masked";
export { attendPaged, collectPaged, weighNear } from "./_paged";

/** How many keys a row sees: all, or those up to its place, of which the first row sees `first`. */
@inline
function seenBy(row: i32, first: i32, n: i32): i32 {
  return first < 0 ? n : min(n, first + row);
}

/** -infinity in place of what has another number. */
function hide(row: usize, n: i32, own: i32, others: usize): void {
  const wanted = i32x4.splat(own), hidden = splat(-<f32>Infinity);
  const end = row + (<usize>n << 2);
  for (; row + 16 <= end; row += 16) {
    v128.store(row, select(i32x4.eq(v128.load(others), wanted), v128.load(row), hidden));
    others += 16;
  }
  for (; row < end; row += 4) {
    if (load<i32>(others) != own) store<f32>(row, -<f32>Infinity);
    others += 4;
  }
}

@inline
function clear(from: usize, to: usize): void {
  memory.fill(from, 0, to - from);
}

/** Adds to rows of products what belongs to each, `biasStep` bytes apart: a number a key, or one for all. */
export function lift(
  x: usize, step: usize, rows: i32, n: i32, bias: usize, biasStep: usize, each: bool,
): void {
  for (; rows > 0; rows--) {
    const all = v128.load32_splat(bias);
    let i: usize = 0;
    for (const end = <usize>n << 2; i + 16 <= end; i += 16)
      v128.store(x + i, f32x4.add(v128.load(x + i), each ? v128.load(bias + i) : all));
    for (const end = <usize>n << 2; i < end; i += 4)
      store<f32>(x + i, load<f32>(x + i) + load<f32>(each ? bias + i : bias));
    x += step;
    bias += biasStep;
  }
}

/** Adds to what `lift` adds, `biasStep` bytes apart, the gradients of rows of products. */
export function gatherLifts(
  dx: usize, step: usize, rows: i32, n: i32, bias: usize, biasStep: usize, each: bool,
): void {
  for (; rows > 0; rows--) {
    let i: usize = 0;
    if (each) {
      for (const end = <usize>n << 2; i + 16 <= end; i += 16)
        v128.store(bias + i, f32x4.add(v128.load(bias + i), v128.load(dx + i)));
      for (const end = <usize>n << 2; i < end; i += 4)
        store<f32>(bias + i, load<f32>(bias + i) + load<f32>(dx + i));
    } else store<f32>(bias, load<f32>(bias) + <f32>sumRow(dx, n));
    dx += step;
    bias += biasStep;
  }
}

/**
 * exp(x - max) in place of a row's products, and 0 for what is not seen; the reciprocals of their sums,
 * and the logarithms of the sums of exp, `logStep` bytes apart.
 *
 * @param first how many keys the first row sees, the next one more; below 0 all see all
 */
export function weigh(
  x: usize, step: usize, rows: i32, n: i32, first: i32,
  own: usize, ownStep: usize, others: usize,
  scales: usize, logs: usize, logStep: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const seen = seenBy(row, first, n);
    if (own) hide(x, seen, load<i32>(own), others);
    const most = largest(x, seen);
    const sum = sumExpNormal(x, seen, most, x);
    clear(x + (<usize>seen << 2), x + (<usize>n << 2));
    store<f32>(scales, <f32>(1 / sum));
    store<f32>(logs, f32x4.extract_lane(log(splat(<f32>sum)), 0) + most);
    x += step;
    own += ownStep;
    scales += 4;
    logs += logStep;
  }
}

/** Rows of `n` elements, `step` bytes apart, times a number each. */
export function scaleRows(x: usize, step: usize, rows: i32, n: i32, scales: usize): void {
  for (; rows > 0; rows--) {
    const scale = splat(load<f32>(scales));
    let i: usize = 0;
    for (const end = <usize>n << 2; i + 16 <= end; i += 16)
      v128.store(x + i, f32x4.mul(v128.load(x + i), scale));
    for (const end = <usize>n << 2; i < end; i += 4)
      store<f32>(x + i, load<f32>(x + i) * load<f32>(scales));
    x += step;
    scales += 4;
  }
}

/**
 * The weights exp(x - log) in place of products, and weight (dweight - delta) in place of the weights'
 * gradients; 0 for what is not seen.
 */
export function unweigh(
  x: usize, dx: usize, step: usize, rows: i32, n: i32, first: i32,
  own: usize, ownStep: usize, others: usize,
  logs: usize, logStep: usize, deltas: usize, deltaStep: usize,
): void {
  for (let row = 0; row < rows; row++) {
    const seen = seenBy(row, first, n);
    const l = splat(load<f32>(logs)), delta = splat(load<f32>(deltas));
    let i: usize = 0;
    for (const end = <usize>seen << 2; i + 16 <= end; i += 16) {
      const weight = exp(f32x4.sub(v128.load(x + i), l));
      v128.store(x + i, weight);
      v128.store(dx + i, f32x4.mul(weight, f32x4.sub(v128.load(dx + i), delta)));
    }
    for (const end = <usize>seen << 2; i < end; i += 4) {
      const weight = exp(f32x4.sub(v128.load32_splat(x + i), l));
      const slope = f32x4.mul(weight, f32x4.sub(v128.load32_splat(dx + i), delta));
      store<f32>(x + i, f32x4.extract_lane(weight, 0));
      store<f32>(dx + i, f32x4.extract_lane(slope, 0));
    }
    if (own) hideBoth(x, dx, seen, load<i32>(own), others);
    clear(x + (<usize>seen << 2), x + (<usize>n << 2));
    clear(dx + (<usize>seen << 2), dx + (<usize>n << 2));
    x += step;
    dx += step;
    own += ownStep;
    logs += logStep;
    deltas += deltaStep;
  }
}

/** 0 in place of what has another number. */
function hideBoth(x: usize, dx: usize, n: i32, own: i32, others: usize): void {
  const wanted = i32x4.splat(own);
  const end = x + (<usize>n << 2);
  for (; x + 16 <= end; x += 16) {
    const same = i32x4.eq(v128.load(others), wanted);
    v128.store(x, v128.and(same, v128.load(x)));
    v128.store(dx, v128.and(same, v128.load(dx)));
    dx += 16;
    others += 16;
  }
  for (; x < end; x += 4) {
    if (load<i32>(others) != own) {
      store<f32>(x, 0);
      store<f32>(dx, 0);
    }
    dx += 4;
    others += 4;
  }
}

/** Numbers that are at least `rate` leave `x` larger, and the others 0. */
export function drop(x: usize, draws: usize, n: i32, rate: f32, scale: f32): void {
  const least = splat(rate), factor = splat(scale);
  let i: usize = 0;
  for (const end = <usize>n << 2; i + 16 <= end; i += 16) {
    const kept = f32x4.ge(v128.load(draws + i), least);
    v128.store(x + i, v128.and(kept, f32x4.mul(v128.load(x + i), factor)));
  }
  for (const end = <usize>n << 2; i < end; i += 4) {
    const kept = load<f32>(draws + i) >= rate;
    store<f32>(x + i, kept ? load<f32>(x + i) * scale : 0);
  }
}
