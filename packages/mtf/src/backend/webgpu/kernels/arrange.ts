import { internal } from "../../../errors.ts";
import type { Slice } from "../../backend.ts";
import {
  type Extent,
  extentsOf,
  only,
  overlapOf,
  type Strides,
  sizeOf,
  stridesOf,
  without,
} from "../../slices/walk.ts";
import { each, type Shader } from "../shader.ts";
import { placesAt } from "../wgsl/places.ts";
import { literal } from "../wgsl/text.ts";
import { single, type Wgsl } from "./kernel.ts";

/** Writes `value` of the element at a place of the operand to the same turn's place of the result. */
export function moving(
  dtype: Slice["dtype"],
  extents: readonly Extent[],
  from: Strides,
  to: Strides,
  begin: { readonly from: number; readonly to: number } = { from: 0, to: 0 },
): Shader {
  const [source, target] = placesAt("i", extents, [from, to]);
  const body = `  y0[${begin.to}u + ${target}] = x0[${begin.from}u + ${source}];`;
  return each(sizeOf(extents), { reads: [dtype], writes: [dtype], body });
}

/** Writes one number to so many elements. */
export function filling(count: number, value: number, dtype: Slice["dtype"]): Shader {
  return each(count, { reads: [], writes: [dtype], body: `  y0[i] = ${literal(value, dtype)};` });
}

/** One number everywhere. */
export const fill: Wgsl<"fill"> = ({ value }, _, [result]) =>
  single(filling(sizeOf(extentsOf(result!)), value, result!.dtype), [], [result!]);

/** Positions along the whole dim. */
export const iota: Wgsl<"iota"> = (_, __, [result]) => {
  const { begin, size } = result!.box[0]!;
  const shader = each(size, { reads: [], writes: ["int32"], body: `  y0[i] = i32(i) + ${begin};` });
  return single(shader, [], [result!]);
};

/** Another name for a dim. */
export const rename: Wgsl<"rename"> = ({ from, to }, [x], [result]) => {
  const renamed = extentsOf(x!).map((e) => (e.name === from ? { ...e, name: to } : e));
  const extents = extentsOf(result!);
  const shader = moving(x!.dtype, extents, stridesOf(renamed), stridesOf(extents));
  return single(shader, [x!], [result!]);
};

/** The same numbers along new dims. */
export const broadcast: Wgsl<"broadcast"> = (_, [x], [result]) => {
  const extents = extentsOf(result!);
  const shader = moving(x!.dtype, extents, stridesOf(extentsOf(x!)), stridesOf(extents));
  return single(shader, [x!], [result!]);
};

/** Dims split and merged. */
export const reshape: Wgsl<"reshape"> = ({ from, to }, [x], [result]) => {
  const [before, after] = [extentsOf(x!), extentsOf(result!)];
  const rest = without(before, from);
  const inOrder = [...rest, ...from.flatMap((dim) => only(before, [dim]))];
  const [source] = placesAt("i", inOrder, [stridesOf(before)]);
  const outOrder = [...rest, ...to.flatMap(({ name }) => only(after, [name]))];
  const [target] = placesAt("i", outOrder, [stridesOf(after)]);
  const { dtype } = x!;
  const body = `  y0[${target}] = x0[${source}];`;
  return single(each(sizeOf(after), { reads: [dtype], writes: [dtype], body }), [x!], [result!]);
};

/** Some elements of a dim. */
export const slice: Wgsl<"slice"> = ({ dim, begin }, [x], [result]) =>
  single(overlapping(dim, x!, result!, -begin)!, [x!], [result!]);

/** Elements in front of and behind a dim. */
export const pad: Wgsl<"pad"> = ({ dim, before, value }, [x], [result]) => {
  const inside = overlapping(dim, x!, result!, before);
  const around = {
    shader: filling(sizeOf(extentsOf(result!)), value, result!.dtype),
    tensors: [1],
  };
  return { passes: inside ? [around, { shader: inside, tensors: [0, 1] }] : [around] };
};

/** Tensors one after the other along a dim. */
export const concat: Wgsl<"concat"> = ({ dim }, operands, [result]) => {
  let start = 0;
  let covered = 0;
  const passes = operands.flatMap((x, i) => {
    const shader = overlapping(dim, x, result!, start);
    covered += overlapOf(dim, x, result!, start).size;
    start += x.dims.find((d) => d.name === dim)!.size;
    return shader ? [{ shader, tensors: [i, operands.length] }] : [];
  });
  const { size } = only(extentsOf(result!), [dim])[0]!;
  if (covered !== size) throw internal(`a concat along '${dim}' has gaps`);
  return { passes };
};

/** Copies where the operand, moved by `shift` along a dim, lies on the result, if it does. */
function overlapping(dim: string, x: Slice, result: Slice, shift: number): Shader | undefined {
  const { from, to, size } = overlapOf(dim, x, result, shift);
  const extents = extentsOf(result).map((e) => (e.name === dim ? { name: dim, size } : e));
  if (sizeOf(extents) === 0) return undefined;
  const [source, target] = [stridesOf(extentsOf(x)), stridesOf(extentsOf(result))];
  const begin = { from: from * source[dim]!, to: to * target[dim]! };
  return moving(x.dtype, extents, source, target, begin);
}
