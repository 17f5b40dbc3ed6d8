/** Softmax and its relatives along rows of n adjacent elements. Results may lie over operands. */
import { largest, sumExpNormal, sumExpOf, sumProducts, sumRow } from "./_rows";
import { exp, expNormal, log, splat } from "./_vector";

export { keepConstants } from "./_constants";

/** The largest number whose exp the short form gives. */
const MOST: f32 = 88;

/** Whether no number of a row is so far above the shift that its exp takes the long form. */
@inline
function isNear(row: usize, n: i32, shift: f32): bool {
  return largest(row, n) - shift <= MOST;
}

/** exp(x - shift) scale of one row. */
@inline
function scaledExp(x: usize, dx: usize, step: usize, shift: v128, scale: v128, near: bool): void {
  let i: usize = 0;
  for (; i + 16 <= step; i += 16) {
    const y = f32x4.sub(v128.load(x + i), shift);
    v128.store(dx + i, f32x4.mul(near ? expNormal(y) : exp(y), scale));
  }
  for (; i < step; i += 4) {
    const y = f32x4.sub(v128.load32_splat(x + i), shift);
    store<f32>(dx + i, f32x4.extract_lane(f32x4.mul(near ? expNormal(y) : exp(y), scale), 0));
  }
}

@inline
function logOf(x: f64): f32 {
  return f32x4.extract_lane(log(splat(<f32>x)), 0);
}

/**
 * The sum of exp(x - shift) of one row whose largest number, where that is finite, is the shift. An
 * infinite one leaves nothing to subtract: the sum is infinite or 0, but for a NaN in the row.
 */
@inline
function shiftedSum(row: usize, n: i32, most: f32): f64 {
  return isInfinite(most) ? nanOr(most > 0 ? most : 0, row, n) : sumExpNormal(row, n, most, 0);
}

@inline
function isInfinite(x: f32): bool {
  return abs(x) == <f32>Infinity;
}

function nanOr(value: f32, row: usize, n: i32): f32 {
  for (const end = row + (<usize>n << 2); row < end; row += 4) {
    if (isNaN(load<f32>(row))) return load<f32>(row);
  }
  return value;
}

export function softmax(x: usize, y: usize, rows: i32, n: i32): void {
  const step = <usize>n << 2;
  for (; rows > 0; rows--) {
    const scale = <f32>(1 / sumExpNormal(x, n, largest(x, n), y));
    const vector = splat(scale);
    let i: usize = 0;
    for (; i + 16 <= step; i += 16) v128.store(y + i, f32x4.mul(v128.load(y + i), vector));
    for (; i < step; i += 4) store<f32>(y + i, load<f32>(y + i) * scale);
    x += step;
    y += step;
  }
}

export function softmaxGrad(y: usize, dy: usize, dx: usize, rows: i32, n: i32): void {
  const step = <usize>n << 2;
  for (; rows > 0; rows--) {
    const mean = <f32>sumProducts(y, dy, n);
    const vector = splat(mean);
    let i: usize = 0;
    for (; i + 16 <= step; i += 16) {
      const centred = f32x4.sub(v128.load(dy + i), vector);
      v128.store(dx + i, f32x4.mul(v128.load(y + i), centred));
    }
    for (; i < step; i += 4) store<f32>(dx + i, load<f32>(y + i) * (load<f32>(dy + i) - mean));
    y += step;
    dy += step;
    dx += step;
  }
}

export function logSoftmax(x: usize, y: usize, rows: i32, n: i32): void {
  const step = <usize>n << 2;
  for (; rows > 0; rows--) {
    // In two steps: of large numbers, the sum of both would not keep the logarithm's digits.
    const most = largest(x, n);
    const log = logOf(sumExpNormal(x, n, most, 0));
    const m = splat(most), l = splat(log);
    let i: usize = 0;
    for (; i + 16 <= step; i += 16)
      v128.store(y + i, f32x4.sub(f32x4.sub(v128.load(x + i), m), l));
    for (; i < step; i += 4) store<f32>(y + i, load<f32>(x + i) - most - log);
    x += step;
    y += step;
  }
}

export function logSoftmaxGrad(y: usize, dy: usize, dx: usize, rows: i32, n: i32): void {
  const step = <usize>n << 2;
  for (; rows > 0; rows--) {
    const sum = splat(<f32>sumRow(dy, n));
    let i: usize = 0;
    for (; i + 16 <= step; i += 16) {
      const part = f32x4.mul(exp(v128.load(y + i)), sum);
      v128.store(dx + i, f32x4.sub(v128.load(dy + i), part));
    }
    for (; i < step; i += 4) {
      const part = f32x4.mul(exp(v128.load32_splat(y + i)), sum);
      store<f32>(dx + i, load<f32>(dy + i) - f32x4.extract_lane(part, 0));
    }
    y += step;
    dy += step;
    dx += step;
  }
}

export function logsumexp(x: usize, out: usize, rows: i32, n: i32): void {
  for (; rows > 0; rows--) {
    const most = largest(x, n);
    store<f32>(out, logOf(shiftedSum(x, n, most)) + (isInfinite(most) ? 0 : most));
    x += <usize>n << 2;
    out += 4;
  }
}

export function sumExp(x: usize, shifts: usize, out: usize, rows: i32, n: i32): void {
  for (; rows > 0; rows--) {
    const shift = load<f32>(shifts);
    const sum = isNear(x, n, shift) ? sumExpNormal(x, n, shift, 0) : sumExpOf(x, n, shift);
    store<f32>(out, <f32>sum);
    x += <usize>n << 2;
    shifts += 4;
    out += 4;
  }
}

export function crossEntropy(
  x: usize, labels: usize, loss: usize, sums: usize, shifts: usize, rows: i32, n: i32,
): void {
  for (; rows > 0; rows--) {
    const most = largest(x, n);
    const sum = shiftedSum(x, n, most);
    const shift = isInfinite(most) || isNaN(sum) ? <f32>0 : most;
    const label = load<u32>(labels);
    store<f32>(sums, <f32>sum);
    store<f32>(shifts, shift);
    let value: f32 = 0;
    if (label < <u32>n) value = logOf(sum) + (shift - load<f32>(x + (<usize>label << 2)));
    store<f32>(loss, value);
    x += <usize>n << 2;
    labels += 4;
    loss += 4;
    sums += 4;
    shifts += 4;
  }
}

/**
 * exp(x - shift) (dloss / sum + dsum), less dloss at the label; a label outside has no loss. Rows
 * may be parts, from `begin` on, of rows of `whole` elements.
 */
export function crossEntropyGrad(
  x: usize, labels: usize, sums: usize, shifts: usize, dloss: usize, dsum: usize, dx: usize,
  rows: i32, n: i32, begin: i32, whole: i32,
): void {
  const step = <usize>n << 2;
  for (; rows > 0; rows--) {
    const label = load<u32>(labels);
    const own = label - <u32>begin;
    const pull: f32 = label < <u32>whole ? load<f32>(dloss) : 0;
    const scale = splat(pull / load<f32>(sums) + load<f32>(dsum));
    const shift = load<f32>(shifts);
    if (isNear(x, n, shift)) scaledExp(x, dx, step, splat(shift), scale, true);
    else scaledExp(x, dx, step, splat(shift), scale, false);
    if (own < <u32>n) {
      const at = dx + (<usize>own << 2);
      store<f32>(at, load<f32>(at) - pull);
    }
    x += step;
    dx += step;
    labels += 4;
    sums += 4;
    shifts += 4;
    dloss += 4;
    dsum += 4;
  }
}
