import type { KernelBackend, NamedAttrMap, TensorInfo } from "@tensorflow/tfjs-core";
import type { Windows } from "../../../graph/kinds.ts";
import type { Slice } from "../../backend.ts";
import { rolesOf } from "../../slices/roles.ts";
import { type Extent, extentsOf, sizeOf } from "../../slices/walk.ts";
import type { Context } from "../context.ts";
import { bindReorder, sameOrder } from "../copy.ts";
import type { HeapBuffer } from "../heap.ts";
import type { View } from "./view.ts";

/** Up to so many channels and filters TensorFlow.js's kernel is faster than a product of ours. */
const few = { channels: 16, filters: 16 };
/** And up to so many filters than one of BLAS. */
const fewForBlas = 8;

/** Computes a convolution of an image that is as large as its windows reach. */
export type Convolve = (image: HeapBuffer, kernel: HeapBuffer, out: HeapBuffer) => void;

/**
 * TensorFlow.js's own kernel, where it is the faster one: for each channel alone, and for few channels
 * and filters. Undefined where it is not, or dims lie in another order than it takes.
 *
 * @param blas whether BLAS would multiply otherwise
 */
export function bindConv2d(
  context: Context,
  windows: readonly Windows[],
  view: View,
  operands: readonly Slice[],
  result: Slice,
  blas: boolean,
): Convolve | undefined {
  if (!context.relaxed || !view.exact) return undefined;
  const [x, b, c] = [...operands, result].map(extentsOf) as [Extents, Extents, Extents];
  const roles = rolesOf(windows, x, b, c);
  if (!roles) return undefined;
  const { batch, channels, filters, depthwise } = roles;
  const made = depthwise ? [...channels, ...filters] : filters;
  const most = { ...few, ...(blas && { filters: fewForBlas }) };
  const isFew = sizeOf(channels) <= most.channels && sizeOf(filters) <= most.filters;
  if (!depthwise && !isFew) return undefined;
  const pick = (from: Extents, names: readonly string[]) =>
    names.map((name) => from.find((e) => e.name === name)!);
  const dims = windows.map(({ dim }) => dim);
  const along = pick(view.around, dims);
  const taps = pick(
    b,
    windows.map(({ tap }) => tap),
  );
  const counts = pick(c, dims);
  // Of one tap its kernel makes -infinity of what is NaN.
  if (sizeOf(taps) === 1) return undefined;
  if (!sameOrder(view.around, [...batch, ...along, ...channels])) return undefined;
  if (!sameOrder(c, [...batch, ...counts, ...made])) return undefined;

  const { heap } = context;
  const two = (numbers: readonly number[]) => (numbers.length === 1 ? [1, ...numbers] : numbers);
  const sizes = (extents: Extents) => two(extents.map(({ size }) => size));
  const shapes = {
    image: [sizeOf(batch), ...sizes(along), sizeOf(channels)],
    kernel: [...sizes(taps), sizeOf(channels), sizeOf(filters)],
    out: [sizeOf(batch), ...sizes(counts), sizeOf(made)],
  };
  const attrs = {
    strides: two(windows.map(({ stride }) => stride)),
    dilations: two(windows.map(({ dilation }) => dilation)),
    pad: "valid",
    dataFormat: "NHWC",
    dimRoundingMode: null,
  } as unknown as NamedAttrMap;
  const order = bindReorder(context, "float32", b, [...taps, ...channels, ...filters]);
  const { kernelFunc } = context.getKernel(depthwise ? "DepthwiseConv2dNative" : "Conv2D", "wasm")!;
  return (image, kernel, out) => {
    // What the kernel makes of a filter it keeps as long as there is a tensor of it.
    const filter = heap.allocate(shapes.kernel, "float32");
    order(kernel, filter);
    const backend = writingTo(context, heap.tensor(out, shapes.out));
    const inputs = {
      x: heap.tensor(image, shapes.image),
      filter: heap.tensor(filter, shapes.kernel),
    };
    kernelFunc({ inputs, backend, attrs });
    heap.dispose(filter);
  };
}

type Extents = readonly Extent[];

/** TensorFlow.js's backend, the result of whose kernels is written to a tensor that there is. */
function writingTo({ heap }: Context, result: TensorInfo): KernelBackend {
  return Object.create(heap.engine, { makeOutput: { value: () => result } });
}
