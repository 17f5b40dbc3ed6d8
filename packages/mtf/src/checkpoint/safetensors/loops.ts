import type { Box } from "../../program/placement.ts";

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
export interface Loop {
  readonly size: number;
  readonly step: number;
  readonly out: number;
}

/** The dims of a box, the widest steps first. Dims that go on where the next one ends are one. */
export function loopsOf(box: Box, strides: readonly number[]): readonly Loop[] {
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
export function planReads(
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
export function* starts(outer: readonly Loop[], block: number): Generator<Start> {
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
