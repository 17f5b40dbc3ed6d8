import { literal } from "../../wgsl/text.ts";
import { threefry } from "../../wgsl/threefry.ts";

/**
 * Whether the weight that a row of products gives a key is kept: `keeps(row, key)`, by an index in the whole
 * of two words, since there may be more products than one word counts.
 *
 * @param words expressions of the key's two words
 */
export function drawing(words: readonly [string, string], memory: number, rate: number): string {
  return `${threefry}fn highProduct(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let left = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let right = (a & 0xffffu) * (b >> 16u) + (left & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (left >> 16u) + (right >> 16u);
}
fn keeps(row: u32, key: u32) -> bool {
  let begin = row * ${memory}u;
  let low = begin + key;
  let high = highProduct(row, ${memory}u) + u32(low < begin);
  let words = threefry(vec2u(bitcast<u32>(${words[0]}), bitcast<u32>(${words[1]})), vec2u(low, high));
  return f32(words.x >> 8u) * 0x1p-24 >= ${literal(rate, "float32")};
}
`;
}
