import type { TensorInfo } from "@tensorflow/tfjs-core";
import { internal } from "../../errors.ts";
import type { Slice } from "../backend.ts";
import {
  type Extent,
  extentsOf,
  only,
  overlapOf,
  rangeIn,
  sizeOf,
  without,
} from "../slices/walk.ts";
import type { Arena } from "./arena.ts";
import { type Arrange, chain, expanded, ordered, shaped } from "./arrange.ts";
import type { Bind, Step } from "./kernel.ts";

const one =
  (arrange: Arrange): Step =>
  (arena, [x]) => [arrange(arena, x!)];

/** One number everywhere. */
export const fill: Bind<"fill"> = ({ value }, _, [result]) => {
  const full = filled(result!, value);
  return (arena) => [full(arena)];
};

function filled({ dtype, box }: Slice, value: number): (arena: Arena) => TensorInfo {
  const shape = box.map((range) => range.size);
  return (arena) => arena.call("Fill", {}, { shape, value, dtype });
}

/** Another name for a dim: the same memory where the order stays. */
export const rename: Bind<"rename"> = ({ from, to }, [x], [result]) => {
  const renamed = extentsOf(x!).map((e) => (e.name === from ? { ...e, name: to } : e));
  return one(ordered(renamed, extentsOf(result!)));
};

/** The same numbers along new dims. */
export const broadcast: Bind<"broadcast"> = (_, [x], [result]) =>
  one(expanded(extentsOf(x!), extentsOf(result!)));

/** Dims split and merged. */
export const reshape: Bind<"reshape"> = ({ from, to }, [x], [result]) => {
  const [before, after] = [extentsOf(x!), extentsOf(result!)];
  const rest = without(before, from);
  const source = [...rest, ...from.flatMap((dim) => only(before, [dim]))];
  const target = [...rest, ...to.flatMap((dim) => only(after, [dim.name]))];
  const shape = shaped(target.map((e) => e.size));
  return one(chain(ordered(before, source), shape, ordered(target, after)));
};

/** Some elements of a dim. */
export const slice: Bind<"slice"> = ({ dim, begin }, [x], [result]) =>
  placed(dim, x!, result!, -begin, 0);

/** Elements in front of and behind a dim. */
export const pad: Bind<"pad"> = ({ dim, before, value }, [x], [result]) =>
  placed(dim, x!, result!, before, value);

/** The operand, moved along a dim, where it lies on the result, and `value` elsewhere. */
function placed(dim: string, x: Slice, result: Slice, shift: number, value: number): Step {
  const { to, size } = overlapOf(dim, x, result, shift);
  // Kernels never see an empty operand.
  if (size === 0) {
    const full = filled(result, value);
    return (arena) => [full(arena)];
  }
  const extents = extentsOf(result);
  const order = ordered(extentsOf(x), extents);
  const cut = overlapping(dim, x, result, shift);
  const behind = rangeIn(result, dim).size - size - to;
  if (to === 0 && behind === 0) return (arena, [tensor]) => [order(arena, cut(arena, tensor!))];
  const { before, after } = around(dim, extents);
  const paddings = [
    [0, 0],
    [to, behind],
    [0, 0],
  ];
  const enter = shaped([before, size, after]);
  const leave = shaped(extents.map((e) => e.size));
  return (arena, [tensor]) => {
    const part = enter(arena, order(arena, cut(arena, tensor!)));
    const padded = arena.call("PadV2", { x: part }, { paddings, constantValue: value });
    return [leave(arena, padded)];
  };
}

/**
 * How many elements there are in front of a dim and behind it. Kernels that move elements take so
 * many dims and no more, but any tensor has three, seen from one of them.
 */
function around(
  dim: string,
  extents: readonly Extent[],
): { readonly before: number; readonly after: number } {
  const at = extents.findIndex((e) => e.name === dim);
  return { before: sizeOf(extents.slice(0, at)), after: sizeOf(extents.slice(at + 1)) };
}

/** The elements of an operand that lie on the result when moved along a dim. */
function overlapping(dim: string, x: Slice, result: Slice, shift: number): Arrange {
  const { from, size } = overlapOf(dim, x, result, shift);
  const extents = extentsOf(x);
  if (extents.some((e) => e.name === dim && e.size === size)) return (_, tensor) => tensor;
  const { before, after } = around(dim, extents);
  const enter = shaped([before, rangeIn(x, dim).size, after]);
  const leave = shaped(extents.map((e) => (e.name === dim ? size : e.size)));
  const window = { begin: [0, from, 0], size: [before, size, after] };
  return (arena, tensor) => leave(arena, arena.call("Slice", { x: enter(arena, tensor) }, window));
}

/** Tensors one after the other along a dim. */
export const concat: Bind<"concat"> = ({ dim }, operands, [result]) => {
  const extents = extentsOf(result!);
  const axis = extents.findIndex((e) => e.name === dim);
  let start = 0;
  let covered = 0;
  const parts: { readonly operand: number; readonly arrange: Arrange }[] = [];
  for (const [operand, x] of operands.entries()) {
    const { size } = overlapOf(dim, x, result!, start);
    const cut = overlapping(dim, x, result!, start);
    start += x.dims.find((d) => d.name === dim)!.size;
    covered += size;
    if (size === 0 || sizeOf(extentsOf(x)) === 0) continue;
    parts.push({ operand, arrange: chain(cut, ordered(extentsOf(x), extents)) });
  }
  if (covered !== extents[axis]!.size) throw internal(`a concat along '${dim}' has gaps`);
  return (arena, tensors) => {
    const xs = parts.map(({ operand, arrange }) => arrange(arena, tensors[operand]!));
    return [xs.length === 1 ? xs[0]! : arena.call("Concat", xs, { axis })];
  };
};
