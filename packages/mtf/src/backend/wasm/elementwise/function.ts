import type { DType } from "../../../dtype.ts";
import type { Slice } from "../../backend.ts";
import { extentsOf, only, sizeOf } from "../../slices/walk.ts";
import { type Context, type HeapKernel, shapeOf } from "../context.ts";
import { bindReorder, sameOrder } from "../copy.ts";
import { words } from "../dims.ts";
import type { HeapBuffer } from "../heap.ts";
import type { Code } from "../opcodes.ts";
import { sameShape } from "../sameShape.ts";
import type { Argument } from "./argument.ts";
import { indexed, type Layout, layoutOf, layouts } from "./layout.ts";

/** Operands in another order of dims are reordered first when they have as many elements. */
const large = 2048;

/** Binds one of the kernels' functions. Constants have `dtype`. */
export function bindFunction(
  context: Context,
  code: Code,
  dtype: DType,
  args: readonly Argument[],
  operands: readonly Slice[],
  result: Slice,
  reuse: readonly number[],
): HeapKernel {
  const { heap, kernels, codes } = context;
  const extents = extentsOf(result);
  const total = sizeOf(extents);
  const shape = shapeOf(result);
  const before: ((operands: readonly HeapBuffer[]) => HeapBuffer)[] = [];
  /** For each argument, how to find its buffer: a place among operands, or after them a reordered one. */
  const places: number[] = [];
  const layout: Layout[] = args.map((argument) => {
    if ("constant" in argument) {
      places.push(-1);
      const bits = bitsOf(argument.constant, dtype);
      return { words: [layouts.constant, 0, bits, 0], aligned: false };
    }
    const slice = operands[argument.operand]!;
    const from = extentsOf(slice);
    const to = only(
      extents,
      from.map((e) => e.name),
    );
    if (sizeOf(from) < large || sameOrder(from, to)) {
      places.push(argument.operand);
      return layoutOf(extents, from, slice.dtype);
    }
    places.push(operands.length + before.length);
    const reorder = bindReorder(context, slice.dtype, from, to);
    const sizes = to.map((e) => e.size);
    before.push((inputs) => {
      const moved = heap.allocate(sizes, slice.dtype);
      reorder(inputs[argument.operand]!, moved);
      return moved;
    });
    return layoutOf(extents, to, slice.dtype);
  });
  const head = [codes[code]!, total, args.length, +(result.dtype === "bool")];
  const argumentWords = layout.map((l) => l.words);
  const description = words(head, indexed(argumentWords, head.length));
  const [first, second, third] = [places[0]!, places[1] ?? -1, places[2] ?? -1];
  // An operand may become the result where no element is read after one is written in its place.
  const candidates = places.filter(
    (place, i) =>
      reuse.includes(place) &&
      layout[i]!.aligned &&
      operands[place]!.dtype === result.dtype &&
      sameShape(shapeOf(operands[place]!), shape),
  );
  const scattered = places.filter((place, i) => place >= 0 && !layout[i]!.aligned);
  const run = kernels.elementwise.elementwise!;
  const scratchBytes = 4 * 4096;
  const moving = before.length > 0;

  return (operands) => {
    let inputs = operands;
    if (moving) inputs = [...operands, ...before.map((move) => move(operands))];
    const out =
      reusable(operands, inputs, candidates, scattered) ?? heap.allocate(shape, result.dtype);
    const scratch = heap.scratch(scratchBytes);
    // biome-ignore format: how, and on what
    run(
      heap.describe(description), scratch, out.block.offset,
      placeOf(inputs, first), placeOf(inputs, second), placeOf(inputs, third),
    );
    if (moving) for (const moved of inputs.slice(operands.length)) heap.dispose(moved);
    return [out];
  };
}

function placeOf(inputs: readonly HeapBuffer[], place: number): number {
  return place < 0 ? 0 : inputs[place]!.block.offset;
}

function reusable(
  operands: readonly HeapBuffer[],
  inputs: readonly HeapBuffer[],
  candidates: readonly number[],
  scattered: readonly number[],
): HeapBuffer | undefined {
  for (const place of candidates) {
    const buffer = operands[place]!;
    if (buffer.block.sharers > 1) continue;
    if (!liesOn(buffer, inputs, scattered)) return buffer;
  }
  return undefined;
}

function liesOn(
  { block }: HeapBuffer,
  inputs: readonly HeapBuffer[],
  places: readonly number[],
): boolean {
  for (const place of places) if (inputs[place]!.block === block) return true;
  return false;
}

function bitsOf(value: number, dtype: DType): number {
  if (dtype === "float32") return new Int32Array(Float32Array.of(value).buffer)[0]!;
  return dtype === "bool" ? +(value !== 0) : value | 0;
}
