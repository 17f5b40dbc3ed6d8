import type { Attributes } from "../../../graph/kinds.ts";
import type { Slice } from "../../backend.ts";
import { windowedOf } from "../../slices/windowed.ts";
import { gemmOf, paysOff } from "../blas/gemm.ts";
import { type BindHeap, type Context, type HeapKernel, shapeOf } from "../context.ts";
import { bindCopyAt } from "../copy.ts";
import { turns } from "../dims.ts";
import { einsum } from "../einsum.ts";
import type { HeapBuffer } from "../heap.ts";
import { bindProduct, type Factor, factorOf, groupsOf } from "../product.ts";
import { window } from "../windows.ts";
import { type Blocks, bindBlocks, blockOf, blocksOf } from "./blocks.ts";
import { bindConv2d, type Convolve } from "./conv2d.ts";
import { type View, viewOf } from "./view.ts";

/** Windows and their product: windows are read where they lie, or packed a block after the other. */
export const convolution: BindHeap<"convolution"> = (context, attributes, operands, results) => {
  const add = bindInto(context, attributes, operands, results[0]!, false);
  if (!add) return inTwo(context, attributes, operands, results[0]!);
  const shape = shapeOf(results[0]!);
  return (buffers) => {
    const out = context.heap.allocate(shape, "float32");
    add(buffers, out);
    return [out];
  };
};

/** A convolution that is added to what a buffer holds; undefined where it is no product of matrices. */
export function bindAddingConvolution(
  context: Context,
  attributes: Attributes["convolution"],
  operands: readonly Slice[],
  result: Slice,
): ((operands: readonly HeapBuffer[], sum: HeapBuffer) => void) | undefined {
  return bindInto(context, attributes, operands, result, true);
}

function bindInto(
  context: Context,
  attributes: Attributes["convolution"],
  operands: readonly Slice[],
  result: Slice,
  adding: boolean,
): ((operands: readonly HeapBuffer[], out: HeapBuffer) => void) | undefined {
  const [x, y] = operands as [Slice, Slice];
  const { windows } = attributes;
  const view = viewOf(windows, x, windowedOf(attributes, operands, result).at(-1)!.slice);
  const [b, c] = [factorOf(y), factorOf(result)];
  const { rows, columns, depths } = groupsOf(view, b, c);
  const way = wayOf(context, view, windows[0]!.dim, b, c);
  const convolve = adding
    ? undefined
    : bindConv2d(context, windows, view, operands, result, way.blas);
  if (!convolve && (turns(depths) === 1 || turns(rows) * turns(columns) === 1)) return undefined;
  const run = convolve ?? bindWindows(context, view, way, b, c, adding);
  const pad = bindPad(context, x, view);
  return ([u, v], out) => {
    const padded = pad?.(u!);
    run(padded ?? u!, v!, out);
    if (padded) context.heap.dispose(padded);
  };
}

/** How windows are multiplied: as they lie, or packed in blocks; and whether by BLAS. */
interface Way {
  readonly blocks: Blocks | undefined;
  readonly blas: boolean;
}

/** What is copied together has so many elements at least where our kernel packs it as fast. */
const leastRun = 16;

function wayOf({ blas }: Context, view: View, dim: string, b: Factor, c: Factor): Way {
  const groups = groupsOf(view, b, c);
  const pays = (dims: typeof groups) => {
    const gemm = blas && gemmOf(dims);
    return gemm !== undefined && paysOff(gemm);
  };
  if (pays(groups)) return { blocks: undefined, blas: true };
  const blocks = blocksOf(view, dim, b, c);
  const { packed, within } = blockOf(view, blocks, blocks.size);
  if (pays(groupsOf(packed, within(b), within(c)))) return { blocks, blas: true };
  const inner = [...groups.rows, ...groups.depths, ...groups.batch].find((d) => d.strides[0] === 1);
  const packs = inner !== undefined && inner.size >= leastRun;
  return { blocks: packs ? undefined : blocks, blas: false };
}

function bindWindows(
  context: Context,
  view: View,
  { blocks }: Way,
  b: Factor,
  c: Factor,
  adding: boolean,
): Convolve {
  const multiply = blocks
    ? bindBlocks(context, view, blocks, b, c, adding)
    : bindProduct(context, groupsOf(view, b, c), adding);
  return (image, kernel, out) => {
    const from = image.block.offset + 4 * view.begin;
    multiply(from, kernel.block.offset, out.block.offset);
  };
}

/** What windows are taken of with zeros around it, where they reach beyond its ends. */
function bindPad(
  context: Context,
  x: Slice,
  { padded }: View,
): ((x: HeapBuffer) => HeapBuffer) | undefined {
  if (!padded) return undefined;
  const { extents, strides } = factorOf(x);
  const copy = bindCopyAt(context, 4, extents, strides, padded.strides);
  const shape = padded.extents.map(({ size }) => size);
  const { heap } = context;
  return (buffer) => {
    const made = heap.allocate(shape, "float32");
    heap.view(made).fill(0);
    copy(buffer.block.offset, made.block.offset + 4 * padded.begin);
    return made;
  };
}

/** Windows first, and then what is made of them. */
function inTwo(
  context: Context,
  attributes: Attributes["convolution"],
  operands: readonly Slice[],
  result: Slice,
): HeapKernel {
  const [x, b] = operands as [Slice, Slice];
  const taken = windowedOf(attributes, operands, result);
  const steps = taken.map(({ op, slice }, i) =>
    window(context, op.attributes, [taken[i - 1]?.slice ?? x], [slice], []),
  );
  const multiply = einsum(context, {}, [taken.at(-1)!.slice, b], [result], []);
  const { heap } = context;
  return ([u, v]) => {
    const made: HeapBuffer[] = [];
    for (const take of steps) made.push(take([made.at(-1) ?? u!])[0]!);
    const out = multiply([made.at(-1)!, v!]);
    for (const buffer of made) heap.dispose(buffer);
    return out;
  };
}
