import { elements } from "../../../dimension.ts";
import { foldCounter } from "../../../random/threefry.ts";
import { extentsOf, sizeOf, stridesOf } from "../../slices/walk.ts";
import { each, type Shader } from "../shader.ts";
import { placesAt } from "../wgsl/places.ts";
import { single, type Wgsl } from "./kernel.ts";

/** Threefry-2x32 with 20 rounds. */
const threefry = `fn threefry(key: vec2u, counter: vec2u) -> vec2u {
  var keys = array<u32, 3>(key.x, key.y, key.x ^ key.y ^ 0x1bd11bdau);
  var turns = array<u32, 8>(13u, 15u, 26u, 6u, 17u, 29u, 16u, 24u);
  var x = counter.x + key.x;
  var y = counter.y + key.y;
  for (var round = 0u; round < 20u; round++) {
    let turn = turns[round % 8u];
    x += y;
    y = ((y << turn) | (y >> (32u - turn))) ^ x;
    if (round % 4u == 3u) {
      let n = round / 4u + 1u;
      x += keys[n % 3u];
      y += keys[(n + 1u) % 3u] + n;
    }
  }
  return vec2u(x, y);
}
`;

const made = {
  bits: "bitcast<i32>(words.x)",
  uniform: "f32(words.x >> 8u) * 0x1p-24",
  normal:
    "sqrt(-2.0 * ln((f32(words.x >> 8u) + 1.0) * 0x1p-24)) * cosOfTurn(f32(words.y >> 8u) * 0x1p-24)",
} as const;

const bothWords = "let key = vec2u(bitcast<u32>(x0[0]), bitcast<u32>(x0[1]));";

/** Random numbers by key and index in the whole tensor, which counts in one word as far as it goes. */
export const random: Wgsl<"random"> = ({ distribution }, [key], [result]) => {
  const { dims, box, dtype } = result!;
  if (elements(dims) > 2 ** 32) return undefined;
  const steps = stridesOf(dims);
  const first = dims.reduce((at, { name }, d) => at + box[d]!.begin * steps[name]!, 0);
  const extents = extentsOf(result!);
  const [place] = placesAt("i", extents, [steps]);
  const shader: Shader = each(sizeOf(extents), {
    reads: ["int32"],
    writes: [dtype],
    declarations: threefry,
    body: `  ${bothWords}
  let words = threefry(key, vec2u(${first}u + ${place}, 0u));
  y0[i] = ${made[distribution]};`,
  });
  return single(shader, [key!], [result!]);
};

/** A new key. */
export const fold: Wgsl<"fold"> = (_, operands, results) => {
  const shader: Shader = each(1, {
    reads: ["int32", "int32"],
    writes: ["int32"],
    declarations: threefry,
    body: `  ${bothWords}
  let words = threefry(key, vec2u(bitcast<u32>(x1[0]), bitcast<u32>(${foldCounter}i)));
  y0[0] = bitcast<i32>(words.x);
  y0[1] = bitcast<i32>(words.y);`,
  });
  return single(shader, operands, results);
};
