/** Softmax and its relatives along rows of n adjacent elements. Results may lie over operands. */
import { largest, sumExp, sumProducts, sumRow } from "./_rows";
import { exp, log, splat } from "./_vector";

export { keepConstants } from "./_constants";

@inline
function logOf(x: f64): f32 {
  return f32x4.extract_lane(log(splat(<f32>x)), 0);
}

/** log sum exp of one row. */
@inline
function logsum(row: usize, n: i32): f32 {
  const shift = largest(row, n);
  // No number exceeds minus infinity, and infinity exceeds all: there is nothing to subtract.
  if (abs(shift) == <f32>Infinity) return <f32>sumRow(row, n);
  return shift + logOf(sumExp(row, n, shift, 0));
}

export function softmax(x: usize, y: usize, rows: i32, n: i32): void {
  const step = <usize>n << 2;
  for (; rows > 0; rows--) {
    const scale = <f32>(1 / sumExp(x, n, largest(x, n), y));
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
    const shift = logsum(x, n);
    const vector = splat(shift);
    let i: usize = 0;
    for (; i + 16 <= step; i += 16) v128.store(y + i, f32x4.sub(v128.load(x + i), vector));
    for (; i < step; i += 4) store<f32>(y + i, load<f32>(x + i) - shift);
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
    store<f32>(out, logsum(x, n));
    x += <usize>n << 2;
    out += 4;
  }
}

export function crossEntropy(
  x: usize, labels: usize, loss: usize, logsums: usize, rows: i32, n: i32,
): void {
  for (; rows > 0; rows--) {
    const sum = logsum(x, n);
    const label = load<u32>(labels);
    store<f32>(logsums, sum);
    store<f32>(loss, label < <u32>n ? sum - load<f32>(x + (<usize>label << 2)) : 0);
    x += <usize>n << 2;
    labels += 4;
    loss += 4;
    logsums += 4;
  }
}

/**
 * exp(x - logsum) (dloss + dlogsum) - dloss at the label; a label outside has no loss. Rows may be
 * parts, from `begin` on, of rows of `whole` elements.
 */
export function crossEntropyGrad(
  x: usize, labels: usize, logsums: usize, dloss: usize, dlogsum: usize, dx: usize,
  rows: i32, n: i32,
  begin: i32, whole: i32,
): void {
  const step = <usize>n << 2;
  for (; rows > 0; rows--) {
    const label = load<u32>(labels);
    const own = label - <u32>begin;
    const pull: f32 = label < <u32>whole ? load<f32>(dloss) : 0;
    const scale = splat(pull + load<f32>(dlogsum));
    const shift = splat(load<f32>(logsums));
    let i: usize = 0;
    for (; i + 16 <= step; i += 16) {
      const p = exp(f32x4.sub(v128.load(x + i), shift));
      v128.store(dx + i, f32x4.mul(p, scale));
    }
    for (; i < step; i += 4) {
      const p = exp(f32x4.sub(v128.load32_splat(x + i), shift));
      store<f32>(dx + i, f32x4.extract_lane(f32x4.mul(p, scale), 0));
    }
    if (own < <u32>n) {
      const at = dx + (<usize>own << 2);
      store<f32>(at, load<f32>(at) - pull);
    }
    x += step;
    dx += step;
    labels += 4;
    logsums += 4;
    dloss += 4;
    dlogsum += 4;
  }
}
