import { type Rest, restDType } from "../../../rest/rest.ts";
import { type Extent, type Strides, sizeOf, stridesOf } from "../../slices/walk.ts";
import { placesAt } from "./places.ts";

/** Numbers that rest narrow, in words: how a shader reads the float at a place. */
export interface Narrow {
  /** The statements of a function of place `p` that reads `words`. */
  readonly body: string;
}

/** How numbers of a slice that rests are read. */
export function narrowOf(rest: Rest, extents: readonly Extent[]): Narrow {
  const dtype = restDType(rest);
  if (dtype === "bfloat16") {
    return {
      body: `  let w = words[p >> 1u];
  return bitcast<f32>(select(w << 16u, w & 0xffff0000u, (p & 1u) == 1u));`,
    };
  }
  if (dtype === "float16") {
    return {
      body: `  let both = unpack2x16float(words[p >> 1u]);
  return select(both.x, both.y, (p & 1u) == 1u);`,
    };
  }
  const scales = extents.filter((e) => typeof rest === "object" && rest.scales.includes(e.name));
  const ofScales: Strides = stridesOf(scales);
  const [scale] = placesAt("p", extents, [ofScales]);
  return {
    body: `  let w = words[${sizeOf(scales)}u + (p >> 2u)];
  let number = bitcast<i32>(w << (24u - 8u * (p & 3u))) >> 24u;
  return f32(number) * bitcast<f32>(words[${scale}]);`,
  };
}
