import { extentsOf, rangeIn, sizeOf, stridesOf } from "../../slices/walk.ts";
import { each, type Shader } from "../shader.ts";
import { threadsFor } from "../wgsl/across.ts";
import { ordering } from "../wgsl/ordered.ts";
import { placesAt } from "../wgsl/places.ts";
import { literal } from "../wgsl/text.ts";
import { single, type Wgsl } from "./kernel.ts";

/** Running sum along a dim: a thread for each row. */
export const cumsum: Wgsl<"cumsum"> = ({ over, exclusive, reverse }, [x], [result]) => {
  const outer = extentsOf(result!).filter((e) => e.name !== over);
  const [from, to] = [x!, result!].map((slice) => stridesOf(extentsOf(slice)));
  const [source, target] = placesAt("i", outer, [from!, to!]);
  const { size } = rangeIn(x!, over);
  const shader = each(sizeOf(outer), {
    reads: [x!.dtype],
    writes: [x!.dtype],
    body: `  var t = ${literal(0, x!.dtype)};
  for (var n = 0u; n < ${size}u; n++) {
    let j = ${reverse ? `${size - 1}u - n` : "n"};
    let value = x0[${source} + j * ${from![over]}u];
    y0[${target} + j * ${to![over]}u] = ${exclusive ? "t" : "t + value"};
    t += value;
  }`,
  });
  return single(shader, [x!], [result!]);
};

/** Position of the largest element, the lowest of equals; a NaN is the largest. */
export const argmax: Wgsl<"argmax"> = ({ over }, [x], [result]) => {
  const outer = extentsOf(result!);
  const [from, to] = [x!, result!].map((slice) => stridesOf(extentsOf(slice)));
  const [source, target] = placesAt("group", outer, [from!, to!]);
  const { begin, size } = rangeIn(x!, over);
  const threads = threadsFor(size);
  const shader: Shader = {
    reads: [x!.dtype],
    writes: ["int32"],
    threads,
    groups: sizeOf(outer),
    declarations: `${ordering(x!.dtype)}var<workgroup> values: array<u32, ${threads}>;
var<workgroup> places: array<u32, ${threads}>;
`,
    body: `  let start = ${source};
  var best = 0u;
  var place = ${size}u;
  for (var j = lane; j < ${size}u; j += ${threads}u) {
    let x = ordered(x0[start + j * ${from![over]}u]);
    if (x > best || place == ${size}u) { best = x; place = j; }
  }
  values[lane] = best;
  places[lane] = place;
  workgroupBarrier();
  for (var apart = ${threads >> 1}u; apart > 0u; apart >>= 1u) {
    if (lane < apart) {
      let x = values[lane + apart];
      let j = places[lane + apart];
      let isBetter = x > values[lane] || (x == values[lane] && j < places[lane]);
      if (j < ${size}u && isBetter) { values[lane] = x; places[lane] = j; }
    }
    workgroupBarrier();
  }
  if (lane == 0u) { y0[${target}] = i32(places[0]) + ${begin}; }`,
  };
  return single(shader, [x!], [result!]);
};
