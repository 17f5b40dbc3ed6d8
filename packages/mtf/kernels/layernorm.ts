/** Layer normalisation along rows of n adjacent elements, and its gradients. */
import { sumRow } from "./_rows";
import { madd, splat, sumLanes } from "./_vector";

const BLOCK: usize = 32 * 16;

function sumSquares(row: usize, n: i32, mean: f32): f64 {
  const shift = splat(mean);
  const end = row + ((<usize>(n & ~3)) << 2);
  let total: f64 = 0;
  let p = row;
  while (p < end) {
    let sum = splat(0);
    for (const stop = min(end, p + BLOCK); p < stop; p += 16) {
      const x = f32x4.sub(v128.load(p), shift);
      sum = f32x4.add(sum, f32x4.mul(x, x));
    }
    total += <f64>sumLanes(sum);
  }
  for (const stop = row + ((<usize>n) << 2); p < stop; p += 4) {
    const x = load<f32>(p) - mean;
    total += <f64>(x * x);
  }
  return total;
}

export function layerNorm(
  x: usize,
  gain: usize,
  bias: usize,
  y: usize,
  means: usize,
  rstds: usize,
  rows: i32,
  n: i32,
  epsilon: f64,
): void {
  const step = (<usize>n) << 2;
  for (; rows > 0; rows--) {
    const mean = <f32>(sumRow(x, n) / n);
    const rstd = <f32>(1 / Math.sqrt(sumSquares(x, n, mean) / n + epsilon));
    store<f32>(means, mean);
    store<f32>(rstds, rstd);
    const m = splat(mean),
      r = splat(rstd);
    let i: usize = 0;
    for (; i + 16 <= step; i += 16) {
      const normal = f32x4.mul(f32x4.sub(v128.load(x + i), m), r);
      v128.store(y + i, madd(normal, v128.load(gain + i), v128.load(bias + i)));
    }
    for (; i < step; i += 4)
      store<f32>(
        y + i,
        (load<f32>(x + i) - mean) * rstd * load<f32>(gain + i) + load<f32>(bias + i),
      );
    x += step;
    y += step;
    means += 4;
    rstds += 4;
  }
}

/** Rows whose contributions to the gradients of gain and bias are added up before the rest. */
const TOGETHER: i32 = 32;

/** `scratch` has room for 2 rows, with their last vectors whole. */
export function layerNormGrad(
  x: usize,
  gain: usize,
  means: usize,
  rstds: usize,
  dy: usize,
  dx: usize,
  dgain: usize,
  dbias: usize,
  rows: i32,
  n: i32,
  scratch: usize,
): void {
  const step = (<usize>n) << 2;
  const vectors = (<usize>((n + 3) >> 2)) << 4;
  const g = scratch;
  const b = scratch + vectors;
  memory.fill(dgain, 0, step);
  memory.fill(dbias, 0, step);
  memory.fill(scratch, 0, 2 * vectors);
  const whole = step & ~15;
  for (let row: i32 = 1; row <= rows; row++) {
    const mean = load<f32>(means),
      rstd = load<f32>(rstds);
    const m = splat(mean),
      r = splat(rstd);
    let first: f64 = 0,
      second: f64 = 0;
    let i: usize = 0;
    while (i < whole) {
      let s1 = splat(0),
        s2 = splat(0);
      for (const stop = min(whole, i + BLOCK); i < stop; i += 16) {
        const d = v128.load(dy + i);
        const normal = f32x4.mul(f32x4.sub(v128.load(x + i), m), r);
        const pull = f32x4.mul(d, v128.load(gain + i));
        v128.store(g + i, madd(d, normal, v128.load(g + i)));
        v128.store(b + i, f32x4.add(v128.load(b + i), d));
        s1 = f32x4.add(s1, pull);
        s2 = madd(pull, normal, s2);
      }
      first += <f64>sumLanes(s1);
      second += <f64>sumLanes(s2);
    }
    for (; i < step; i += 4) {
      const d = load<f32>(dy + i);
      const normal = (load<f32>(x + i) - mean) * rstd;
      const pull = d * load<f32>(gain + i);
      store<f32>(g + i, load<f32>(g + i) + d * normal);
      store<f32>(b + i, load<f32>(b + i) + d);
      first += <f64>pull;
      second += <f64>(pull * normal);
    }
    const centre = <f32>(first / n),
      slope = <f32>(second / n);
    const c = splat(centre),
      s = splat(slope);
    for (i = 0; i < whole; i += 16) {
      const normal = f32x4.mul(f32x4.sub(v128.load(x + i), m), r);
      const pull = f32x4.sub(f32x4.mul(v128.load(dy + i), v128.load(gain + i)), c);
      v128.store(dx + i, f32x4.mul(f32x4.sub(pull, f32x4.mul(normal, s)), r));
    }
    for (; i < step; i += 4) {
      const normal = (load<f32>(x + i) - mean) * rstd;
      const pull = load<f32>(dy + i) * load<f32>(gain + i) - centre;
      store<f32>(dx + i, (pull - normal * slope) * rstd);
    }
    if (row % TOGETHER == 0 || row == rows) {
      add(dgain, g, step);
      add(dbias, b, step);
      memory.fill(scratch, 0, 2 * vectors);
    }
    x += step;
    dy += step;
    dx += step;
    means += 4;
    rstds += 4;
  }
}

function add(to: usize, from: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16)
    v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(from + i)));
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(to + i) + load<f32>(from + i));
}
