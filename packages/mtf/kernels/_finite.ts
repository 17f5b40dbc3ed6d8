import { splat } from "./_vector";

/** 0 where a vector's numbers are finite, else NaN, added to what was found before. */
@inline
function nothingOf(x: usize, found: v128): v128 {
  return f32x4.add(found, f32x4.mul(v128.load(x), splat(0)));
}

/** Whether numbers are neither infinite nor NaN. */
export function areFinite(x: usize, n: i32): bool {
  let a = splat(0), b = a, c = a, d = a;
  let i: usize = 0;
  for (const end = <usize>n << 2; i + 64 <= end; i += 64) {
    a = nothingOf(x + i, a);
    b = nothingOf(x + i + 16, b);
    c = nothingOf(x + i + 32, c);
    d = nothingOf(x + i + 48, d);
  }
  for (const end = <usize>n << 2; i + 16 <= end; i += 16) a = nothingOf(x + i, a);
  const sum = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
  let all = !v128.any_true(f32x4.ne(sum, splat(0)));
  for (const end = <usize>n << 2; i < end; i += 4) if (load<f32>(x + i) * 0 != 0) all = false;
  return all;
}
