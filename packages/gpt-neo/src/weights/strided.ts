import { MtfError } from "mtf";
import {
  type ArrayFor,
  type ByteSource,
  type ReadAs,
  type ReadOptions,
  wholeBox,
} from "mtf/checkpoint";
import { arrayFor, checkInt32, decode, type Numbers, naturalType, widthOf } from "./elements.ts";
import type { Box, WeightTensor } from "./source.ts";

/** A tensor whose elements lie at regular steps in a file. */
export interface StridedTensor extends WeightTensor {
  /** Steps of each dim, in elements. */
  readonly strides: readonly number[];
  /** Where the first element is, in bytes. */
  readonly offset: number;
}

/** The strides of a tensor that is stored row by row. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let dim = shape.length - 2; dim >= 0; dim--) {
    strides[dim] = strides[dim + 1]! * shape[dim + 1]!;
  }
  return strides;
}

/** As much as is read at once. */
const pieceBytes = 4 << 20;

/** Bytes between two elements that are read along rather than skipped by another read. */
const gapBytes = 16 << 10;

/** A dim of the box: its size, and its steps in the file and in the result. */
interface Loop {
  readonly size: number;
  readonly step: number;
  readonly out: number;
}

/**
 * Reads a box of a strided tensor, row by row, with little memory beside the result.
 *
 * @throws MtfError as `NamedTensors.read` does
 */
export async function readStrided(
  bytes: ByteSource,
  tensor: StridedTensor,
  options: ReadOptions = {},
): Promise<ArrayFor[ReadAs]> {
  const { name, dtype, shape, strides } = tensor;
  const { box = wholeBox(shape), as = naturalType(dtype) } = options;
  checkBox(shape, box);
  const result = arrayFor(name, dtype, as, volume(box));
  if (result.length === 0) return result;

  const width = widthOf(dtype);
  const out = rowMajor(box.map((range) => range.size));
  const loops = box
    .map(({ size }, dim) => ({ size, step: strides[dim]!, out: out[dim]! }))
    .filter(({ size }) => size > 1)
    .sort((a, b) => b.step - a.step);
  const first = box.reduce((sum, range, dim) => sum + range.begin * strides[dim]!, 0);

  const { outer, inner, block } = plan(loops, width);
  for (const { from, to, count } of starts(outer, block)) {
    const last = outer.at(-1);
    const within = last && block > 1 ? [{ ...last, size: count }, ...inner] : inner;
    const span = within.reduce((sum, { size, step }) => sum + (size - 1) * step, 1);
    const piece = new Uint8Array(span * width);
    await bytes.read(tensor.offset + (first + from) * width, piece);
    const numbers = decode(dtype, piece);
    if (as === "int32") checkInt32(name, dtype, numbers);
    scatter(numbers, within, result, to);
  }
  return result;
}

/** Which dims one read fetches whole (`inner`), and how many steps of the one before (`block`). */
function plan(
  loops: readonly Loop[],
  width: number,
): { readonly outer: readonly Loop[]; readonly inner: readonly Loop[]; readonly block: number } {
  const most = pieceBytes / width;
  let span = 1;
  for (let dim = loops.length - 1; dim >= 0; dim--) {
    const { size, step } = loops[dim]!;
    const cut = (block: number) => ({
      outer: loops.slice(0, dim + 1),
      inner: loops.slice(dim + 1),
      block,
    });
    if ((step - span) * width > gapBytes) return cut(1);
    const whole = (size - 1) * step + span;
    if (whole > most) return cut(Math.max(1, Math.floor((most - span) / step) + 1));
    span = whole;
  }
  return { outer: [], inner: loops, block: 1 };
}

/** Where the reads begin, in the file and in the result; `count` steps of the last dim each. */
function* starts(
  outer: readonly Loop[],
  block: number,
): Generator<{ readonly from: number; readonly to: number; readonly count: number }> {
  const at = outer.map(() => 0);
  const last = outer.length - 1;
  for (;;) {
    const from = at.reduce((sum, i, dim) => sum + i * outer[dim]!.step, 0);
    const to = at.reduce((sum, i, dim) => sum + i * outer[dim]!.out, 0);
    const count = last < 0 ? 1 : Math.min(block, outer[last]!.size - at[last]!);
    yield { from, to, count };
    let dim = last;
    for (; dim >= 0; dim--) {
      at[dim]! += dim === last ? block : 1;
      if (at[dim]! < outer[dim]!.size) break;
      at[dim] = 0;
    }
    if (dim < 0) return;
  }
}

function scatter(
  numbers: Numbers,
  loops: readonly Loop[],
  result: ArrayFor[ReadAs],
  begin: number,
): void {
  const innermost = loops.at(-1) ?? { size: 1, step: 1, out: 1 };
  const { size, step, out } = innermost;
  for (const { from, to } of starts(loops.slice(0, -1), 1)) {
    if (step === 1 && out === 1) {
      result.set(numbers.subarray(from, from + size), begin + to);
      continue;
    }
    for (let i = 0; i < size; i++) result[begin + to + i * out] = numbers[from + i * step]!;
  }
}

/**
 * Refuses a box that is not inside a tensor.
 *
 * @throws MtfError `bad-argument`
 */
export function checkBox(shape: readonly number[], box: Box): void {
  const inside = (range: Box[number] | undefined, size: number): boolean =>
    range !== undefined &&
    Number.isSafeInteger(range.begin) &&
    Number.isSafeInteger(range.size) &&
    range.begin >= 0 &&
    range.size >= 0 &&
    range.begin + range.size <= size;
  if (box.length === shape.length && shape.every((size, d) => inside(box[d], size))) return;
  const printed = box.map(({ begin, size }) => `${begin}..${begin + size}`).join(", ");
  throw new MtfError("bad-argument", `the box [${printed}] is not inside [${shape.join(", ")}].`);
}

function volume(box: Box): number {
  return box.reduce((product, range) => product * range.size, 1);
}
