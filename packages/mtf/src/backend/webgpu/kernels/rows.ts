import type { Slice } from "../../backend.ts";
import { extentsOf, rangeIn, type Strides, sizeOf, stridesOf, without } from "../../slices/walk.ts";
import type { Shader } from "../shader.ts";
import { type Combine, threadsFor } from "../wgsl/across.ts";
import { placesAt } from "../wgsl/places.ts";

/** A shader in which each workgroup has a row of the first slice along a dim. */
export interface RowShader {
  /** Elements of a row, and its first position in the whole. */
  readonly size: number;
  readonly begin: number;
  /** The element `j` of the row in a slice, or the only one: `x0[…]`, or `y0[…]` for results. */
  readonly at: readonly string[];
  /** Runs `line` for every element `j` of the row, each thread for some of them. */
  loop(line: string): string;
  /** The shader of a body, which may combine numbers of all threads by the folds' names. */
  shader(body: string, folds: Readonly<Record<string, Combine>>): Shader;
}

export function rowsOf(
  over: string,
  operands: readonly Slice[],
  results: readonly Slice[],
): RowShader {
  const all = [...operands, ...results];
  const outer = without(extentsOf(all[0]!), [over]);
  const { begin, size } = rangeIn(all[0]!, over);
  const strides: readonly Strides[] = all.map((slice) => stridesOf(extentsOf(slice)));
  const starts = placesAt("group", outer, strides);
  const threads = threadsFor(size);
  return {
    size,
    begin,
    at: strides.map((own, n) => {
      const array = n < operands.length ? `x${n}` : `y${n - operands.length}`;
      return `${array}[start${n} + j * ${own[over] ?? 0}u]`;
    }),
    loop: (line) => `  for (var j = lane; j < ${size}u; j += ${threads}u) { ${line} }\n`,
    shader: (body, folds) => ({
      reads: operands.map(({ dtype }) => dtype),
      writes: results.map(({ dtype }) => dtype),
      threads,
      groups: sizeOf(outer),
      folds: Object.fromEntries(
        Object.entries(folds).map(([name, how]) => [name, { how, type: "f32" }]),
      ),
      body: starts.map((place, n) => `  let start${n} = ${place};\n`).join("") + body,
    }),
  };
}

/** The least number that a maximum begins with. */
export const lowest = "bitcast<f32>(0xff800000u | nothing)";
