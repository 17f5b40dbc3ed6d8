/** Sums that collectives make: each element is rounded once. */

/** Adds n numbers to as many others. */
export function addFloats(to: usize, from: usize, n: i32): void {
  let i: usize = 0;
  const end = <usize>n << 2;
  const whole = end & ~63;
  for (; i < whole; i += 64) {
    const a = f32x4.add(v128.load(to + i), v128.load(from + i));
    const b = f32x4.add(v128.load(to + i, 16), v128.load(from + i, 16));
    const c = f32x4.add(v128.load(to + i, 32), v128.load(from + i, 32));
    const d = f32x4.add(v128.load(to + i, 48), v128.load(from + i, 48));
    v128.store(to + i, a);
    v128.store(to + i, b, 16);
    v128.store(to + i, c, 32);
    v128.store(to + i, d, 48);
  }
  for (; i < end; i += 4) store<f32>(to + i, load<f32>(to + i) + load<f32>(from + i));
}

/** Adds n whole numbers to as many others. */
export function addInts(to: usize, from: usize, n: i32): void {
  let i: usize = 0;
  const end = <usize>n << 2;
  const whole = end & ~15;
  for (; i < whole; i += 16) v128.store(to + i, i32x4.add(v128.load(to + i), v128.load(from + i)));
  for (; i < end; i += 4) store<i32>(to + i, load<i32>(to + i) + load<i32>(from + i));
}
