import { type Box, volume } from "../../spmd/placement.ts";
import { checkBox, wholeBox } from "./boxes.ts";
import type { ByteSource } from "./bytes.ts";
import {
  type ArrayFor,
  arrayFor,
  type Decoder,
  decoderOf,
  naturalType,
  type ReadAs,
  type Stored,
  storedAs,
} from "./decode.ts";
import { type StoredDType, storedBits } from "./stored.ts";

/** A tensor whose elements lie at regular steps in a file. */
export interface StridedTensor {
  readonly name: string;
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
  /** Steps of each dim, in elements; row by row where none are given. */
  readonly strides?: readonly number[];
  /** Where the first element is, in bytes. */
  readonly offset: number;
}

export interface ReadOptions<As extends ReadAs = ReadAs> {
  /** The part to read; all of it by default. */
  readonly box?: Box;
  /** The element type wanted; by default the smallest that holds the stored ones. */
  readonly as?: As;
}

/** The strides of a tensor that is stored row by row. */
export function rowMajor(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let dim = shape.length - 2; dim >= 0; dim--) {
    strides[dim] = strides[dim + 1]! * shape[dim + 1]!;
  }
  return strides;
}

/** As much as is read at once, so that reading a tensor needs little more memory than the tensor. */
export const pieceBytes: number = 4 << 20;

/** Bytes between two elements that are read along: skipping them would cost a second read, which
 * takes as long as reading this much. */
const gapBytes = 16 << 10;

/** A dim of the box: its size, and its steps in the file and in the result. */
interface Loop {
  readonly size: number;
  readonly step: number;
  readonly out: number;
}

/**
 * The numbers of a tensor that lies somewhere in a file, or of a box of it, row by row, with little
 * memory beside the result. Who describes the tensor has checked that it lies inside the file.
 *
 * @throws MtfError `bad-argument` for a box outside; `dtype-mismatch` where the type asked for
 * cannot hold the numbers; `bad-file` if the file cannot be read
 * @example
 * const bytes = await openBytes("weights.bin");
 * const turned = { name: "w", dtype: "F32", shape: [3, 2], strides: [1, 3], offset: 64 } as const;
 * await readStrided(bytes, turned); // six numbers, of which the file has columns as rows
 */
export async function readStrided<As extends ReadAs = ReadAs>(
  bytes: ByteSource,
  { name, dtype, shape, strides = rowMajor(shape), offset }: StridedTensor,
  options: ReadOptions<As> = {},
): Promise<ArrayFor[As]> {
  const { box = wholeBox(shape) } = options;
  const as: ReadAs = options.as ?? naturalType(dtype);
  const { elements, number } = decoderOf(name, dtype, as);
  checkBox(shape, box);
  const result = arrayFor(as, volume(box));
  if (result.length === 0) return result as ArrayFor[As];

  const width = storedBits[dtype] / 8;
  const raw = storedAs(dtype, as) ? new Uint8Array(result.buffer) : undefined;
  const first = box.reduce((sum, range, dim) => sum + range.begin * strides[dim]!, 0);
  const { outer, inner, block } = plan(loopsOf(box, strides), width);
  let buffer = new Uint8Array(0);
  for (const { from, to, count } of starts(outer, block)) {
    const last = outer.at(-1);
    const within = last && block > 1 ? [{ ...last, size: count }, ...inner] : inner;
    const span = within.reduce((sum, { size, step }) => sum + (size - 1) * step, 1);
    const at = offset + (first + from) * width;
    if (raw && within.every(({ step, out }) => step === 1 && out === 1)) {
      await bytes.read(at, raw.subarray(to * width, (to + span) * width));
      continue;
    }
    if (buffer.length < span * width) buffer = new Uint8Array(span * width);
    const piece = buffer.subarray(0, span * width);
    await bytes.read(at, piece);
    scatter(elements(piece), number, within, result, to);
  }
  return result as ArrayFor[As];
}

/** The dims of a box, the widest steps first. Dims that go on where the next one ends are one. */
function loopsOf(box: Box, strides: readonly number[]): readonly Loop[] {
  const out = rowMajor(box.map((range) => range.size));
  const loops: Loop[] = [];
  const dims = box
    .map(({ size }, dim) => ({ size, step: strides[dim]!, out: out[dim]! }))
    .filter(({ size }) => size > 1)
    .sort((a, b) => b.step - a.step);
  for (const loop of dims) {
    const { size, step, out } = loop;
    const last = loops.at(-1);
    if (last?.step === step * size && last.out === out * size) {
      loops[loops.length - 1] = { size: last.size * size, step, out };
    } else loops.push(loop);
  }
  return loops;
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

interface Start {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** Where the reads begin, in the file and in the result; `count` steps of the last dim each. */
function* starts(outer: readonly Loop[], block: number): Generator<Start> {
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
  elements: Stored,
  number: Decoder["number"],
  loops: readonly Loop[],
  result: ArrayFor[ReadAs],
  begin: number,
): void {
  const { size, step, out } = loops.at(-1) ?? { size: 1, step: 1, out: 1 };
  for (const { from, to } of starts(loops.slice(0, -1), 1)) {
    if (step === 1 && out === 1 && !number) {
      result.set(elements.subarray(from, from + size), begin + to);
      continue;
    }
    for (let i = 0; i < size; i++) {
      const element = elements[from + i * step]!;
      result[begin + to + i * out] = number ? number(element) : element;
    }
  }
}
