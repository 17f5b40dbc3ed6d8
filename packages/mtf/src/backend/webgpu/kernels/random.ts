import { elements } from "../../../dimension.ts";
import { foldCounter } from "../../../random/threefry.ts";
import { extentsOf, sizeOf, stridesOf } from "../../slices/walk.ts";
import { each, type Shader } from "../shader.ts";
import { placesAt } from "../wgsl/places.ts";
import { threefry } from "../wgsl/threefry.ts";
import { single, type Wgsl } from "./kernel.ts";

/** -ln(-ln u), u half a step above a uniform number; close to 1 by what it lacks of 1. */
const gumbel = `fn gumbel(u: f32) -> f32 {
  let r = (1.0 - u) - 0x1p-25;
  if (r >= 0.0625) { return -ln(-ln(u + 0x1p-25)); }
  let p = 1.0 + r * (1.0 / 2.0 + r * (1.0 / 3.0 + r * (1.0 / 4.0 + r * (1.0 / 5.0 + r / 6.0))));
  return -ln(r * p);
}
`;

const made = {
  bits: "bitcast<i32>(words.x)",
  uniform: "f32(words.x >> 8u) * 0x1p-24",
  gumbel: "gumbel(f32(words.x >> 8u) * 0x1p-24)",
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
    declarations: distribution === "gumbel" ? threefry + gumbel : threefry,
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
