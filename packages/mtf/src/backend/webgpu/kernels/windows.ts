import type { Windows } from "../../../graph/kinds.ts";
import type { Slice } from "../../backend.ts";
import { extentsOf, rangeIn, sizeOf, stridesOf } from "../../slices/walk.ts";
import { each } from "../shader.ts";
import { placesAt } from "../wgsl/places.ts";
import { literal, scalar } from "../wgsl/text.ts";
import { single, type Wgsl } from "./kernel.ts";

/** Windows over a dim. */
export const window: Wgsl<"window"> = (attributes, [x], [result]) => {
  const { dim, tap, stride, dilation, before, value, wrap } = attributes;
  const extents = extentsOf(result!);
  const { [dim]: step, ...others } = stridesOf(extentsOf(x!));
  const [row, along] = placesAt("i", extents, [others, { [dim]: stride, [tap]: dilation }]);
  const { size } = rangeIn(x!, dim);
  const first = rangeIn(result!, tap).begin * dilation - before;
  const shader = each(sizeOf(extents), {
    reads: [x!.dtype],
    writes: [x!.dtype],
    body: `  var at = i32(${along}) + ${first};
${wrap ? `  at = floorMod(at, ${size});\n` : ""}  let inside = at >= 0 && at < ${size};
  let found = x0[${row} + u32(select(0, at, inside)) * ${step}u];
  y0[i] = select(${literal(value, x!.dtype)}, found, inside);`,
  });
  return single(shader, [x!], [result!]);
};

/** The elements of windows, added where they are from, the first of a tap first. */
export const overlapAdd: Wgsl<"overlapAdd"> = (attributes, [windows], [result]) => {
  const { dim, tap, stride, dilation, before, wrap } = attributes;
  const extents = extentsOf(result!);
  const { [dim]: step, [tap]: tapStep, ...others } = stridesOf(extentsOf(windows!));
  const [row, place] = placesAt("i", extents, [others, { [dim]: 1 }]);
  const { size } = rangeIn(result!, dim);
  const count = rangeIn(windows!, dim).size;
  const taps = rangeIn(windows!, tap);
  const laps = wrap ? lapsOf(attributes, windows!, size) : [0];
  const shader = each(sizeOf(extents), {
    reads: [windows!.dtype],
    writes: [windows!.dtype],
    body: `  var t = ${scalar[windows!.dtype]}(0);
  for (var n = 0; n < ${taps.size}; n++) {
    for (var lap = ${laps[0]}; lap <= ${laps.at(-1)}; lap++) {
      let at = i32(${place}) + lap * ${size} + ${before} - (n + ${taps.begin}) * ${dilation};
      if (at < 0 || at % ${stride} != 0 || at / ${stride} >= ${count}) { continue; }
      t += x0[${row} + u32(n) * ${tapStep}u + u32(at / ${stride}) * ${step}u];
    }
  }
  y0[i] = t;`,
  });
  return single(shader, [windows!], [result!]);
};

/** How often windows that wrap may have gone round before they meet an element. */
function lapsOf({ dim, tap, stride, dilation, before }: Windows, windows: Slice, size: number) {
  const taps = rangeIn(windows, tap);
  const last = (rangeIn(windows, dim).size - 1) * stride + (taps.begin + taps.size - 1) * dilation;
  return [Math.floor(-before / size), Math.floor((last - before) / size)];
}
