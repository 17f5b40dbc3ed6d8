import type { Slice } from "../../backend.ts";
import { type Extent, extentsOf, rangeIn, sizeOf, stridesOf, without } from "../../slices/walk.ts";
import { each, type Shader } from "../shader.ts";
import { threadsFor } from "../wgsl/across.ts";
import { ordering } from "../wgsl/ordered.ts";
import { placesAt } from "../wgsl/places.ts";
import type { Wgsl } from "./kernel.ts";
import { longest } from "./sort.ts";

/**
 * The k largest, the lower position first among equals. A workgroup finds those of a row, in any order, in as
 * many readings of it as the last of them has digits; then each finds its place among them.
 */
export const topK: Wgsl<"topK"> = ({ over, k }, [x], results) => {
  const outer = without(extentsOf(x!), [over]);
  const count = rangeIn(results[0]!, k).size;
  if (count > longest) return undefined;
  return {
    rooms: [{ size: sizeOf(outer) * count, dtype: "int32" }],
    passes: [
      { shader: selecting(x!, outer, over, count), tensors: [0, 3] },
      { shader: placing(x!, results, outer, [over, k], count), tensors: [0, 3, 1, 2] },
    ],
  };
};

/** Digits of eight bits, of which a workgroup counts how often each occurs. */
const digits = 256;

/** Leaves the positions of a row's k largest. */
function selecting(x: Slice, outer: readonly Extent[], over: string, count: number): Shader {
  const strides = stridesOf(extentsOf(x));
  const { size } = rangeIn(x, over);
  const threads = threadsFor(size);
  const value = `ordered(x0[start + j * ${strides[over]}u])`;
  const loop = (body: string) => `for (var j = lane; j < ${size}u; j += ${threads}u) { ${body} }`;
  /** The digits of one number, of elements that are like the last so far in all that precede them. */
  const found = (name: string, bits: number, isLike: string, number: string) => `
  var ${name} = 0u;
  for (var shift = ${bits}u; shift > 0u;) {
    shift -= 8u;
    for (var n = lane; n < ${digits}u; n += ${threads}u) { atomicStore(&counts[n], 0u); }
    workgroupBarrier();
    ${loop(`let number = ${number}; if (${isLike}((number >> shift) >> 8u) == ${name}) { atomicAdd(&counts[(number >> shift) & 255u], 1u); }`)}
    workgroupBarrier();
    if (lane == 0u) {
      var digit = 255u;
      for (; digit > 0u && atomicLoad(&counts[digit]) < wanted; digit--) { wanted -= atomicLoad(&counts[digit]); }
      last = digit;
    }
    ${name} = (${name} << 8u) | workgroupUniformLoad(&last);
  }`;
  const bits = 8 * Math.max(1, Math.ceil(Math.log2(size) / 8));
  return {
    reads: [x.dtype],
    writes: ["int32"],
    threads,
    groups: sizeOf(outer),
    declarations: `${ordering(x.dtype)}var<workgroup> counts: array<atomic<u32>, ${digits}>;
var<workgroup> wanted: u32;
var<workgroup> last: u32;
`,
    body: `  let start = ${placesAt("group", outer, [strides])[0]};
  if (lane == 0u) { wanted = ${count}u; }
${found("least", 32, "", value)}${found("before", bits, `${value} == least && `, `${size - 1}u - j`)}
  if (lane == 0u) { atomicStore(&counts[0], 0u); }
  workgroupBarrier();
  ${loop(`let number = ${value}; if (number > least || (number == least && ${size - 1}u - j >= before)) { y0[group * ${count}u + atomicAdd(&counts[0], 1u)] = i32(j); }`)}`,
  };
}

/** Puts what was found where it belongs. */
function placing(
  x: Slice,
  results: readonly Slice[],
  outer: readonly Extent[],
  [over, k]: readonly [string, string],
  count: number,
): Shader {
  const strides = [x, ...results].map((slice) => stridesOf(extentsOf(slice)));
  const [source, top, where] = placesAt("row", outer, strides);
  const [along, alongTop, alongWhere] = [strides[0]![over], strides[1]![k], strides[2]![k]];
  return each(sizeOf(outer) * count, {
    reads: [x.dtype, "int32"],
    writes: [x.dtype, "int32"],
    declarations: ordering(x.dtype),
    body: `  let row = i / ${count}u;
  let source = ${source};
  let own = u32(x1[i]);
  let value = x0[source + own * ${along}u];
  let mine = ordered(value);
  var rank = 0u;
  for (var n = 0u; n < ${count}u; n++) {
    let place = row * ${count}u + n;
    let j = u32(x1[place]);
    let other = ordered(x0[source + j * ${along}u]);
    rank += u32(other > mine || (other == mine && j < own));
  }
  y0[${top} + rank * ${alongTop}u] = value;
  y1[${where} + rank * ${alongWhere}u] = i32(own) + ${rangeIn(x, over).begin};`,
  });
}
