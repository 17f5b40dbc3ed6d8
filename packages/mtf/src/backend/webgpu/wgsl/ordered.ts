import type { DType } from "../../../dtype.ts";

/**
 * A function `ordered` of numbers of a dtype whose results are in order as u32: a NaN is the largest,
 * and both zeros are the same. It looks at bits, since a GPU may assume that there is no NaN.
 */
export function ordering(dtype: DType): string {
  if (dtype !== "float32") {
    return "fn ordered(x: i32) -> u32 { return bitcast<u32>(x) ^ 0x80000000u; }\n";
  }
  return `fn ordered(x: f32) -> u32 {
  let bits = bitcast<u32>(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) { return 0xffffffffu; }
  if (bits > 0x80000000u) { return ~bits; }
  return bits | 0x80000000u;
}
`;
}
