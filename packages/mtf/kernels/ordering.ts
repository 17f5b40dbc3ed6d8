/** The largest numbers of rows, a NaN before every number and the lower place before an equal. */
import { splat } from "./_vector";

@inline
function before(a: f32, b: f32): bool {
  return a > b || (a != a && b == b);
}

/** Whether one of four numbers may come before another: a NaN may. */
@inline
function mayPass(numbers: v128, least: v128): bool {
  return v128.any_true(v128.not(f32x4.le(numbers, least)));
}

/** Where the first number from `p` on lies that may come before another; `end` or behind it if none does. */
function nextAbove(p: usize, end: usize, least: f32): usize {
  const all = splat(least);
  for (; p + 64 <= end; p += 64) {
    const upper = f32x4.max(v128.load(p), v128.load(p, 16));
    const lower = f32x4.max(v128.load(p, 32), v128.load(p, 48));
    if (mayPass(f32x4.max(upper, lower), all)) break;
  }
  for (; p < end; p += 4) if (!(load<f32>(p) <= least)) return p;
  return p;
}

/** The place of each row's largest number, places being counted from `begin`. */
export function argmax(x: usize, out: usize, rows: i32, n: i32, begin: i32): void {
  const bytes = <usize>n << 2;
  for (const stop = x + <usize>rows * bytes; x < stop; x += bytes, out += 4) {
    const end = x + bytes;
    let best = x, most = load<f32>(x);
    // Nothing comes before a NaN.
    for (let p = x; most == most; ) {
      p = nextAbove(p + 4, end, most);
      if (p >= end) break;
      best = p;
      most = load<f32>(p);
    }
    store<i32>(out, begin + <i32>((best - x) >> 2));
  }
}

/** Moves those down that come after a number, the last of all out, and puts it where they were. */
@inline
function insert(value: f32, place: i32, values: usize, places: usize, last: usize): void {
  let at = last;
  for (; at > 0 && before(value, load<f32>(values + at - 4)); at -= 4) {
    store<f32>(values + at, load<f32>(values + at - 4));
    store<i32>(places + at, load<i32>(places + at - 4));
  }
  store<f32>(values + at, value);
  store<i32>(places + at, place);
}

/** The k largest numbers of each row and their places, counted from `begin`, in order. */
export function topK(
  x: usize, values: usize, places: usize, rows: i32, n: i32, begin: i32, k: i32,
): void {
  const bytes = <usize>n << 2, few = <usize>k << 2;
  for (const stop = x + <usize>rows * bytes; x < stop; x += bytes) {
    const end = x + bytes;
    let p = x;
    for (let held: usize = 0; held < few; held += 4, p += 4)
      insert(load<f32>(p), begin + <i32>((p - x) >> 2), values, places, held);
    const last = few - 4;
    for (p = nextAbove(p, end, load<f32>(values + last)); p < end; ) {
      const value = load<f32>(p);
      if (before(value, load<f32>(values + last)))
        insert(value, begin + <i32>((p - x) >> 2), values, places, last);
      p = nextAbove(p + 4, end, load<f32>(values + last));
    }
    values += few;
    places += few;
  }
}
