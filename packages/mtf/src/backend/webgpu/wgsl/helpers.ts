/** Functions of WGSL that shaders may call, each with those it calls itself before it. */
const helpers: Readonly<Record<string, string>> = {
  // Polynomials of Cephes. WGSL's own is off by 2^-21 near 1, where this is not.
  ln: `fn ln(x: f32) -> f32 {
  if (x <= 0.0) { return bitcast<f32>((select(0xff800000u, 0x7fc00000u, x < 0.0)) | nothing); }
  let bits = bitcast<u32>(x);
  if (bits >= 0x7f800000u) { return x; }
  var e = f32(i32(bits >> 23u) - 126);
  var m = bitcast<f32>((bits & 0x007fffffu) | 0x3f000000u);
  if (m < 0.70710678) { e -= 1.0; m = m + m - 1.0; } else { m -= 1.0; }
  let z = m * m;
  var p = 7.0376836292e-2;
  p = p * m - 1.1514610310e-1;
  p = p * m + 1.1676998740e-1;
  p = p * m - 1.2420140846e-1;
  p = p * m + 1.4249322787e-1;
  p = p * m - 1.6668057665e-1;
  p = p * m + 2.0000714765e-1;
  p = p * m - 2.4999993993e-1;
  p = p * m + 3.3333331174e-1;
  p = p * m * z - 2.12194440e-4 * e - 0.5 * z;
  return m + p + 0.693359375 * e;
}`,
  // sin and cos of a quarter turn's half either way: WGSL promises 11 bits of its own.
  quarter: `fn quarter(turns: i32, x: f32) -> f32 {
  let z = x * x;
  var s = -1.9515295891e-4;
  s = s * z + 8.3321608736e-3;
  s = s * z - 1.6666654611e-1;
  s = s * z * x + x;
  var c = 2.443315711809948e-5;
  c = c * z - 1.388731625493765e-3;
  c = c * z + 4.166664568298827e-2;
  c = c * z * z - 0.5 * z + 1.0;
  let value = select(s, c, (turns & 1) == 1);
  return select(value, -value, (turns & 2) == 2);
}`,
  turned: `fn turned(x: f32, ahead: i32) -> f32 {
  let turns = round(x * 0.63661977236758134);
  let rest = ((x - turns * 1.5703125) - turns * 4.83751296997e-4) - turns * 7.549789954e-8;
  return quarter(i32(turns) + ahead, rest);
}`,
  // Of one turn, [0, 1): there is nothing to lose in getting it below a quarter.
  cosOfTurn: `fn cosOfTurn(x: f32) -> f32 {
  let turns = round(4.0 * x);
  return quarter(i32(turns) + 1, (x - 0.25 * turns) * 6.283185307179586);
}`,
  // Beyond 15 it is 1 to the last bit, and some GPUs overflow. Near 0 WGSL's own loses all digits.
  hyperbolic: `fn hyperbolic(x: f32) -> f32 {
  if (abs(x) < 0.625) {
    let z = x * x;
    var p = -5.70498872745e-3;
    p = p * z + 2.06390887954e-2;
    p = p * z - 5.37397155531e-2;
    p = p * z + 1.33314422036e-1;
    p = p * z - 3.33332819422e-1;
    return p * z * x + x;
  }
  let e = exp(2.0 * min(abs(x), 15.0));
  return sign(x) * (1.0 - 2.0 / (e + 1.0));
}`,
  bent: `fn bent(x: f32) -> f32 {
  return hyperbolic(0.7978845608028654 * x * (1.0 + 0.044715 * x * x));
}`,
  gelu: `fn gelu(x: f32) -> f32 { return 0.5 * x * (1.0 + bent(x)); }`,
  // Beyond 10 tanh is flat: clipped, so that 0 times an overflowing square is not NaN.
  geluGrad: `fn geluGrad(x: f32, dy: f32) -> f32 {
  let t = bent(x);
  let near = clamp(x, -10.0, 10.0);
  let slope = 0.7978845608028654 * (1.0 + 3.0 * 0.044715 * near * near);
  return dy * 0.5 * (1.0 + t + near * (1.0 - t * t) * slope);
}`,
  // Terms of one sign up to 1; beyond, Abramowitz and Stegun 7.1.26.
  erf: `fn erf(x: f32) -> f32 {
  let a = abs(x);
  if (a <= 1.0) {
    var term = x;
    var sum = x;
    for (var n = 1.0; n < 14.0; n += 1.0) { term *= 2.0 * x * x / (2.0 * n + 1.0); sum += term; }
    return 1.1283791670955126 * exp(-x * x) * sum;
  }
  let t = 1.0 / (1.0 + 0.3275911 * a);
  let p = ((((1.061405429 * t - 1.453152027) * t + 1.421413741) * t - 0.284496736) * t + 0.254829592) * t;
  return sign(x) * (1.0 - p * exp(-min(a, 9.0) * min(a, 9.0)));
}`,
  floorDiv: `fn floorDiv(x: i32, y: i32) -> i32 {
  if (y == 0) { return 0; }
  let q = x / y;
  return select(q, q - 1, x % y != 0 && (x < 0) != (y < 0));
}`,
  floorMod: `fn floorMod(x: i32, y: i32) -> i32 {
  if (y == 0) { return 0; }
  let r = x % y;
  return select(r, r + y, r != 0 && (r < 0) != (y < 0));
}`,
  // The quotient may round up to a whole number, or down below one.
  signedMod: `fn signedMod(x: f32, y: f32) -> f32 {
  var r = x - y * trunc(x / y);
  if (abs(r) >= abs(y)) { r -= sign(r) * abs(y); }
  return select(r, r + y, r != 0.0 && (r < 0.0) != (y < 0.0));
}`,
  raised: `fn raised(x: f32, y: f32) -> f32 {
  let whole = y == floor(y);
  if (whole && abs(y) <= 32.0) {
    var power = 1.0;
    for (var n = 0.0; n < abs(y); n += 1.0) { power *= x; }
    return select(power, 1.0 / power, y < 0.0);
  }
  if (x == 0.0) { return select(bitcast<f32>(0x7f800000u | nothing), 0.0, y > 0.0); }
  if (x < 0.0 && !whole) { return bitcast<f32>(0x7fc00000u | nothing); }
  let size = pow(abs(x), y);
  return select(size, -size, x < 0.0 && (abs(y) % 2.0) == 1.0);
}`,
  intPower: `fn intPower(base: i32, exponent: i32) -> i32 {
  if (exponent < 0) {
    if (base == 1) { return 1; }
    if (base == -1) { return select(-1, 1, exponent % 2 == 0); }
    return 0;
  }
  var power = 1;
  var square = base;
  for (var rest = u32(exponent); rest > 0u; rest >>= 1u) {
    if ((rest & 1u) == 1u) { power *= square; }
    square *= square;
  }
  return power;
}`,
  toWhole: `fn toWhole(x: f32) -> i32 { return select(i32(x), 2147483647, x >= 2147483648.0); }`,
  isFiniteNumber: `fn isFiniteNumber(x: f32) -> bool {
  return (bitcast<u32>(x) & 0x7f800000u) != 0x7f800000u;
}`,
};

/** The functions that a text calls, and those that these call. */
export function helpersIn(text: string): string {
  const names = Object.keys(helpers);
  const needed = new Set<string>();
  const visit = (source: string) => {
    for (const name of names) {
      if (needed.has(name) || !new RegExp(`\\b${name}\\(`).test(source)) continue;
      needed.add(name);
      visit(helpers[name]!);
    }
  };
  visit(text);
  return names
    .filter((name) => needed.has(name))
    .map((name) => `${helpers[name]!}\n`)
    .join("");
}
