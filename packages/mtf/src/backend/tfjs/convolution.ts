import type { Attributes } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import { reachOf } from "../slices/reach.ts";
import { rolesOf } from "../slices/roles.ts";
import { type Extent, extentsOf, sizeOf } from "../slices/walk.ts";
import { windowedOf } from "../slices/windowed.ts";
import { type Arrange, merged, unmerged } from "./arrange.ts";
import type { BindOther, Step } from "./kernel.ts";
import { after } from "./maybe.ts";

/**
 * Conv2D, or DepthwiseConv2dNative for each channel alone, of what has been padded before: so kernels
 * skip nothing, and zero times infinity is NaN. Undefined where it is neither, such as the gradient of
 * a kernel.
 */
export function conv2d(
  { windows }: Attributes["convolution"],
  operands: readonly Slice[],
  result: Slice,
): Step | undefined {
  const [x, b, c] = [...operands, result].map(extentsOf) as [Extents, Extents, Extents];
  const roles = rolesOf(windows, x, b, c);
  if (!roles) return undefined;
  const { batch, channels, filters, depthwise } = roles;
  const taken = windowedOf({ windows }, operands, result).at(-1)!.slice;
  const ways = windows.map((each) => {
    const of = (extents: Extents, name: string) => extents.filter((e) => e.name === name);
    const [size, taps, count] = [of(x, each.dim), of(b, each.tap), of(c, each.dim)];
    return { ...each, ...reachOf(each, operands[0]!, taken), extents: { size, taps, count } };
  });
  // Beside one dim there is another of one element.
  const two = <T>(of: (way: (typeof ways)[number]) => T, none: T): T[] =>
    ways.length === 1 ? [none, of(ways[0]!)] : ways.map(of);
  const grid = (which: "size" | "taps" | "count") => two<Extents>((way) => way.extents[which], []);
  const arrangeX = merged(x, batch, ...grid("size"), channels);
  const arrangeB = merged(b, ...grid("taps"), channels, filters);
  const made = depthwise ? [...channels, ...filters] : filters;
  const arrangeC = unmerged(c, batch, ...grid("count"), made);
  const reach = reached(
    [sizeOf(batch), ...two(({ size }) => size, 1), sizeOf(channels)],
    [0, ...two(({ skipped }) => skipped, 0), 0],
    [[0, 0], ...two(({ low, high }) => [low, high], [0, 0]), [0, 0]],
  );
  const kernel = depthwise ? "DepthwiseConv2dNative" : "Conv2D";
  const attributes = {
    // That other dim has no second window: its stride is the same for kernels that take one only.
    strides: two(({ stride }) => stride, windows[0]!.stride),
    dilations: two(({ dilation }) => dilation, 1),
    pad: "valid",
    dataFormat: "NHWC",
    dimRoundingMode: null,
  };
  return (arena, [u, v]) => {
    const image = reach(arena, arrangeX(arena, u!));
    const inputs = { x: image, filter: arrangeB(arena, v!) };
    return [arrangeC(arena, arena.call(kernel, inputs, attributes))];
  };
}

/** The elements that windows have, zeros among them, and no others. */
function reached(
  size: readonly number[],
  begin: readonly number[],
  paddings: readonly (readonly number[])[],
): Arrange {
  const isPadded = paddings.flat().some((n) => n > 0);
  return (arena, x) => {
    const padded = isPadded ? arena.call("PadV2", { x }, { paddings, constantValue: 0 }) : x;
    const exact = padded.shape.every((n, i) => n === size[i]);
    return exact ? padded : arena.call("Slice", { x: padded }, { begin, size });
  };
}

/** Windows first, and then their product. */
export function inTwo(
  attributes: Attributes["convolution"],
  operands: readonly Slice[],
  result: Slice,
  bind: BindOther,
): Step {
  const taken = windowedOf(attributes, operands, result);
  const steps = taken.map(({ op, slice }, i) => {
    return bind(op, [taken[i - 1]?.slice ?? operands[0]!], [slice]);
  });
  const einsum = { kind: "einsum", attributes: {} } as const;
  const multiply = bind(einsum, [taken.at(-1)!.slice, operands[1]!], [result]);
  return (arena, [x, b]) => {
    const windows = steps.reduce<ReturnType<Step>>(
      (made, take) => after(made, (from) => take(arena, from)),
      [x!],
    );
    return after(windows, ([made]) => multiply(arena, [made!, b!]));
  };
}

type Extents = readonly Extent[];
