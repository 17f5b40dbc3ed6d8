/** One query's products with keys, and the sum of values by its weights, where these lie evenly apart. */
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

/**
 * The products of a query with keys that lie `step` apart. Four keys at once are a quarter of all apart: a
 * processor reads ahead along each.
 */
export function products(x: usize, q: usize, depth: i32, row: usize, step: usize, n: i32): void {
  const vectors = <usize>(depth & ~3) << 2, bytes = <usize>depth << 2;
  const apart = <usize>(n >> 2) << 2, rowsApart = <usize>(n >> 2) * step;
  for (const end = x + apart; x < end; x += 4) {
    let a = splat(0), b = a, c = a, d = a;
    const second = row + rowsApart, third = second + rowsApart, fourth = third + rowsApart;
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
    store<f32>(x, f32x4.extract_lane(sums, 0));
    store<f32>(x + apart, f32x4.extract_lane(sums, 1));
    store<f32>(x + 2 * apart, f32x4.extract_lane(sums, 2));
    store<f32>(x + 3 * apart, f32x4.extract_lane(sums, 3));
    row += step;
  }
  x += 3 * apart;
  row += 3 * rowsApart;
  for (n &= 3; n > 0; n--) {
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

/** Adds values that lie `step` apart, each times its weight: four at once, as `products` takes keys. */
export function addWeighted(y: usize, depth: i32, x: usize, row: usize, step: usize, n: i32): void {
  const vectors = <usize>(depth & ~3) << 2, bytes = <usize>depth << 2;
  const apart = <usize>(n >> 2) << 2, rowsApart = <usize>(n >> 2) * step;
  for (const end = x + apart; x < end; x += 4) {
    const second = row + rowsApart, third = second + rowsApart, fourth = third + rowsApart;
    const w0 = v128.load32_splat(x), w1 = v128.load32_splat(x + apart);
    const w2 = v128.load32_splat(x + 2 * apart), w3 = v128.load32_splat(x + 3 * apart);
    let i: usize = 0;
    for (; i < vectors; i += 16) {
      let sum = madd(w0, v128.load(row + i), v128.load(y + i));
      sum = madd(w1, v128.load(second + i), sum);
      sum = madd(w2, v128.load(third + i), sum);
      v128.store(y + i, madd(w3, v128.load(fourth + i), sum));
    }
    for (; i < bytes; i += 4) {
      let sum = load<f32>(y + i) + load<f32>(x) * load<f32>(row + i);
      sum += load<f32>(x + apart) * load<f32>(second + i);
      sum += load<f32>(x + 2 * apart) * load<f32>(third + i);
      store<f32>(y + i, sum + load<f32>(x + 3 * apart) * load<f32>(fourth + i));
    }
    row += step;
  }
  x += 3 * apart;
  row += 3 * rowsApart;
  for (n &= 3; n > 0; n--) {
    const weight = v128.load32_splat(x);
    let i: usize = 0;
    for (; i < vectors; i += 16)
      v128.store(y + i, madd(weight, v128.load(row + i), v128.load(y + i)));
    for (; i < bytes; i += 4)
      store<f32>(y + i, load<f32>(y + i) + load<f32>(x) * load<f32>(row + i));
    x += 4;
    row += step;
  }
}

/** A row times a number. */
export function scale(y: usize, depth: i32, by: f32): void {
  const end = y + (<usize>depth << 2);
  for (; y + 16 <= end; y += 16) v128.store(y, f32x4.mul(v128.load(y), splat(by)));
  for (; y < end; y += 4) store<f32>(y, load<f32>(y) * by);
}
