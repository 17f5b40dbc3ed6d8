import type { DType } from "../../dtype.ts";
import type { ElementwiseFn } from "../../graph/kinds.ts";
import { scalarFn } from "../arrays/scalar.ts";
import type { Slice } from "../backend.ts";
import { type Extent, extentsOf, only, sizeOf, stridesOf } from "../slices/walk.ts";
import { type BindHeap, type Context, type HeapKernel, shapeOf } from "./context.ts";
import { bindReorder, sameOrder } from "./copy.ts";
import { collapse, words } from "./dims.ts";
import type { HeapBuffer } from "./heap.ts";
import { type Code, codeOf } from "./opcodes.ts";

/** An argument of a function: a constant, or an operand with its place among the op's operands. */
type Argument = { readonly constant: number } | { readonly operand: number };

export const elementwise: BindHeap<"elementwise"> = (
  context,
  { fn, scalars },
  operands,
  results,
  reuse,
) => {
  let next = 0;
  const args = scalars.map((s): Argument => (s === null ? { operand: next++ } : { constant: s }));
  const result = results[0]!;
  const dtype = argumentDtype(fn, operands, result);
  // A sum of one term is that term.
  const code = codeOf(context.codes, fn === "add" && args.length === 1 ? "identity" : fn, dtype);
  if (code === undefined) return bindOnHost(context, fn, args, operands, result, dtype);
  if (args.length <= 2 || fn === "where" || fn === "clip") {
    return bindFunction(context, code, dtype, args, operands, result, reuse);
  }
  return bindSum(context, code, dtype, args, operands, result, reuse);
};

/** The dtype that a function's arguments have; of `where`, the last two. */
function argumentDtype(fn: ElementwiseFn, operands: readonly Slice[], result: Slice): DType {
  if (fn === "where" || operands.length === 0) return result.dtype;
  return operands.at(-1)!.dtype;
}

/** Sums of three and more: the first terms go into the result, the others are added to it. */
function bindSum(
  context: Context,
  code: Code,
  dtype: DType,
  args: readonly Argument[],
  operands: readonly Slice[],
  result: Slice,
  reuse: readonly number[],
): HeapKernel {
  const bySteps = dtype === "float32" ? 2 : 1;
  const first = args.slice(0, 1 + bySteps);
  const step = (terms: readonly Argument[], slices: readonly Slice[], free: readonly number[]) =>
    bindFunction(context, terms.length === 3 ? "add3" : code, dtype, terms, slices, result, free);
  const start = step(first, operands, reuse);
  const careful = step(first, operands, []);
  const rest: HeapKernel[] = [];
  for (let i = first.length; i < args.length; i += bySteps) {
    const terms = [{ operand: operands.length }, ...args.slice(i, i + bySteps)];
    rest.push(step(terms, [...operands, result], [operands.length]));
  }
  const early = first.flatMap((a) => ("operand" in a ? [a.operand] : []));
  const late = args.slice(first.length).flatMap((a) => ("operand" in a ? [a.operand] : []));
  return (inputs) => {
    // What the first step writes over must not be a term that comes again.
    const again = late.some((l) => early.some((e) => inputs[l]!.block === inputs[e]!.block));
    const made = again ? careful(inputs) : start(inputs);
    let sum = made;
    for (const kernel of rest) sum = kernel(inputs.concat(sum));
    return sum;
  };
}

/** How an operand is laid out, as kernels/elementwise.ts numbers it. */
const layouts = { direct: 0, constant: 1, rows: 2, single: 3, collected: 4 } as const;

/** Elements of chunks that are worth reading where they are. */
const longRow = 128;
/** Operands in another order of dims are reordered first when they have as many elements. */
const large = 2048;

interface Layout {
  readonly words: readonly number[];
  /** Whether it has an element for every one of the result, in the same order. */
  readonly aligned: boolean;
}

function layoutOf(extents: readonly Extent[], operand: readonly Extent[], dtype: DType): Layout {
  const strides = stridesOf(operand);
  const dims = [
    ...collapse(extents.map((e) => ({ size: e.size, strides: [strides[e.name] ?? 0] }))),
  ];
  if (dims.length === 0) dims.push({ size: 1, strides: [1] });
  const inner = dims.at(-1)!;
  const bytes = dtype === "bool";
  const aligned = dims.length === 1 && inner.strides[0] === 1;
  const how = (() => {
    if (dims.length === 1 && inner.strides[0] === 0) return layouts.single;
    if (bytes) return layouts.collected;
    if (aligned) return layouts.direct;
    return inner.strides[0] === 1 && inner.size >= longRow ? layouts.rows : layouts.collected;
  })();
  const flat = dims.flatMap((dim) => [dim.size, ...dim.strides]);
  return { words: [how, +bytes, 0, dims.length, ...flat], aligned };
}

/** The words of up to three arguments, after those that say where each begins. */
function indexed(args: readonly (readonly number[])[], before: number): readonly number[] {
  let at = before + 3;
  const begins = [0, 1, 2].map((i) => {
    const begin = at;
    at += args[i]?.length ?? 0;
    return begin;
  });
  return [...begins, ...args.flat()];
}

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

export function sameShape(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((n, i) => n === b[i]);
}

function bitsOf(value: number, dtype: DType): number {
  if (dtype === "float32") return new Int32Array(Float32Array.of(value).buffer)[0]!;
  return dtype === "bool" ? +(value !== 0) : value | 0;
}

/**
 * Functions that the kernels lack, computed on the host: operands are laid out like the result
 * first. TensorFlow.js's own sin and cos are wrong for small and for large numbers.
 */
function bindOnHost(
  context: Context,
  fn: ElementwiseFn,
  args: readonly Argument[],
  operands: readonly Slice[],
  result: Slice,
  dtype: DType,
): HeapKernel {
  const { heap } = context;
  const shape = shapeOf(result);
  const spread = operands.map((slice, operand) => {
    const laidOut = { ...result, dtype: slice.dtype };
    const alone = [{ operand }];
    return bindFunction(context, "identity", slice.dtype, alone, operands, laidOut, []);
  });
  const apply = scalarFn(fn, dtype);
  return (inputs) => {
    const flat = spread.map((lay) => lay(inputs)[0]!);
    const out = heap.allocate(shape, result.dtype);
    const target = heap.view(out);
    const sources = flat.map((buffer) => heap.view(buffer));
    const values = args.map((argument) => ("constant" in argument ? argument.constant : 0));
    for (let i = 0; i < target.length; i++) {
      for (let k = 0; k < args.length; k++) {
        const argument = args[k]!;
        if ("operand" in argument) values[k] = sources[argument.operand]![i]!;
      }
      target[i] = apply(...values);
    }
    for (const buffer of flat) heap.dispose(buffer);
    return [out];
  };
}
