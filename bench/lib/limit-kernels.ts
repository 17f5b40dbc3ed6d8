import asc from "assemblyscript/asc";

/**
 * AssemblyScript: memory that is read four quarters at once, as fast as 128 bits at a time can; bytes
 * in the cache that become floats, each multiplied with one of a row and added up, with
 * 64 bytes of room before the row; and twelve sums in registers to which products are added, which
 * is as many as are needed for none to wait for the one before.
 */
const source = `
export function read(at: usize, bytes: usize): i32 {
  const quarter = bytes >> 2;
  let a = i32x4.splat(0), b = a, c = a, d = a;
  let q = at + quarter, r = q + quarter, s = r + quarter;
  for (const end = q; at < end; at += 32) {
    a = v128.or(v128.or(a, v128.load(at)), v128.load(at, 16));
    b = v128.or(v128.or(b, v128.load(q)), v128.load(q, 16));
    c = v128.or(v128.or(c, v128.load(r)), v128.load(r, 16));
    d = v128.or(v128.or(d, v128.load(s)), v128.load(s, 16));
    q += 32; r += 32; s += 32;
  }
  return i32x4.extract_lane(v128.or(v128.or(a, b), v128.or(c, d)), 0);
}

@inline
function part(bytes: v128, which: v128): v128 {
  return f32x4.convert_i32x4_s(i8x16.relaxed_swizzle(bytes, which));
}

@inline
function add(row: usize, bytes: v128, sum: v128, p: v128, q: v128, r: v128, s: v128): v128 {
  sum = f32x4.relaxed_madd(v128.load(row), part(bytes, p), sum);
  sum = f32x4.relaxed_madd(v128.load(row, 16), part(bytes, q), sum);
  sum = f32x4.relaxed_madd(v128.load(row, 32), part(bytes, r), sum);
  return f32x4.relaxed_madd(v128.load(row, 48), part(bytes, s), sum);
}

export function convert(row: usize, at: usize, columns: i32, depth: usize): f32 {
  // From memory: V8 makes constants of a loop anew each time.
  const masks = row - 64;
  v128.store(masks, i8x16(-1, -1, -1, 0, -1, -1, -1, 1, -1, -1, -1, 2, -1, -1, -1, 3));
  v128.store(masks, i8x16(-1, -1, -1, 4, -1, -1, -1, 5, -1, -1, -1, 6, -1, -1, -1, 7), 16);
  v128.store(masks, i8x16(-1, -1, -1, 8, -1, -1, -1, 9, -1, -1, -1, 10, -1, -1, -1, 11), 32);
  v128.store(masks, i8x16(-1, -1, -1, 12, -1, -1, -1, 13, -1, -1, -1, 14, -1, -1, -1, 15), 48);
  const m = v128.load(masks), n = v128.load(masks, 16);
  const o = v128.load(masks, 32), q = v128.load(masks, 48);
  let total = f32x4.splat(0);
  for (; columns > 0; columns -= 6) {
    let a = f32x4.splat(0), b = a, c = a, d = a, e = a, f = a;
    for (let i: usize = 0; i < depth; i += 16) {
      const x = row + (i << 2), p = at + i;
      a = add(x, v128.load(p), a, m, n, o, q);
      b = add(x, v128.load(p + depth), b, m, n, o, q);
      c = add(x, v128.load(p + 2 * depth), c, m, n, o, q);
      d = add(x, v128.load(p + 3 * depth), d, m, n, o, q);
      e = add(x, v128.load(p + 4 * depth), e, m, n, o, q);
      f = add(x, v128.load(p + 5 * depth), f, m, n, o, q);
    }
    const four = f32x4.add(f32x4.add(a, b), f32x4.add(c, d));
    total = f32x4.add(total, f32x4.add(four, f32x4.add(e, f)));
    at += 6 * depth;
  }
  return f32x4.extract_lane(total, 0);
}

export function multiply(x: f32, y: f32, rounds: i32): f32 {
  const p = f32x4.splat(x), q = f32x4.splat(y);
  let a = p, b = p, c = p, d = p, e = p, f = p, g = p, h = p, i = p, j = p, k = p, l = p;
  for (; rounds > 0; rounds--) {
    a = f32x4.relaxed_madd(p, q, a); b = f32x4.relaxed_madd(p, q, b); c = f32x4.relaxed_madd(p, q, c);
    d = f32x4.relaxed_madd(p, q, d); e = f32x4.relaxed_madd(p, q, e); f = f32x4.relaxed_madd(p, q, f);
    g = f32x4.relaxed_madd(p, q, g); h = f32x4.relaxed_madd(p, q, h); i = f32x4.relaxed_madd(p, q, i);
    j = f32x4.relaxed_madd(p, q, j); k = f32x4.relaxed_madd(p, q, k); l = f32x4.relaxed_madd(p, q, l);
  }
  const m = f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), n = f32x4.add(f32x4.add(e, f), f32x4.add(g, h));
  return f32x4.extract_lane(f32x4.add(f32x4.add(m, n), f32x4.add(f32x4.add(i, j), f32x4.add(k, l))), 0);
}
`;

/** What `multiply` does in a round: multiplications and additions of twelve sums of four. */
export const flopsOfRound: number = 2 * 4 * 12;

/** The module, which imports its memory as `env.memory`. */
export async function compileLimits(): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const features = ["--enable", "simd", "--enable", "relaxed-simd"];
  const { error, stderr } = await asc.main(
    [
      "limits.ts",
      "--outFile",
      "limits.wasm",
      "--runtime",
      "stub",
      "-O3",
      "--importMemory",
      ...features,
    ],
    {
      readFile: (name) => (name === "limits.ts" ? source : null),
      writeFile: (name, contents) => {
        if (name === "limits.wasm") binary = contents as Uint8Array;
      },
      listFiles: () => [],
    },
  );
  if (error || !binary) throw new Error(`${stderr}`);
  return binary;
}
