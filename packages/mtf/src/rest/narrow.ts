import type { HostArray } from "../dtype.ts";
import { bytesAtRest, partsIn, type Sized } from "./bytes.ts";
import { narrowHalves } from "./halves.ts";
import { restDType } from "./rest.ts";
import { eachRow, type Row } from "./rows.ts";

/**
 * Numbers as the bytes that they rest in, each the nearest there is, ties to even. Rows of an int8
 * must be whole: its scales come of their largest numbers.
 *
 * @returns undefined where an int8 is to hold what is infinite or NaN
 */
export function narrow(numbers: HostArray, sized: Sized): Uint8Array | undefined {
  const bytes = new Uint8Array(bytesAtRest(sized));
  const parts = partsIn(bytes, sized);
  const dtype = restDType(sized.rest!);
  if (dtype === "int8") return narrowInt8(numbers, parts, sized) ? bytes : undefined;
  const [bits] = parts;
  // Bits that were given as such stay as they are.
  if (numbers instanceof Uint16Array) bits!.set(numbers);
  else narrowHalves[dtype](numbers, 0, bits!, 0, numbers.length);
  return bytes;
}

/** The largest int8 that is used: -128 has no counterpart. */
const most = 127;

const scale = new Float32Array(1);
const bits = new Uint32Array(scale.buffer);

/** 256 times the smallest float32: of smaller scales too few are to be had for 7 bits to last. */
const least = 2 ** -141;

/**
 * A 127th of the largest number of a row, with 17 bits: the product with a number of 7 bits is exact.
 * So what rests is the same when it is narrowed once more. Up, lest the largest be out of reach, but
 * where 127 times as much would be infinite.
 */
function scaleOf(largest: number): number {
  // Nothing of the row is as much as a half of the least scale.
  if (largest <= least / 2) return 0;
  scale[0] = Math.max(largest / most, least);
  // The bits of a number below 2^-126 are all there are of it, and fewer than 24.
  const spare = 2 ** Math.max(0, Math.min(24, 32 - Math.clz32(bits[0]!)) - 17) - 1;
  bits[0] = (bits[0]! + spare) & ~spare;
  if (!Number.isFinite(Math.fround(scale[0]! * most))) bits[0] -= spare + 1;
  return scale[0]!;
}

function narrowInt8(
  numbers: HostArray,
  [scales, narrowed]: readonly HostArray[],
  sized: Sized,
): boolean {
  const x = numbers instanceof Float32Array ? numbers : Float32Array.from(numbers);
  const units = scales as Float32Array;
  eachRow(sized, (row) => raiseToLargest(units, x, row));
  for (let s = 0; s < units.length; s++) {
    if (!Number.isFinite(units[s])) return false;
    units[s] = scaleOf(units[s]!);
  }
  eachRow(sized, (row) => toSteps(narrowed as Int8Array, x, units, row));
  return true;
}

// Loops over numbers are functions of their own, of arrays of one kind each, which V8 compiles well.

/** Raises the scales of a row to the largest sizes of its numbers; what is NaN stays so. */
function raiseToLargest(scales: Float32Array, x: Float32Array, { begin, end, scale, step }: Row) {
  for (let i = begin, s = scale; i < end; i++, s += step) {
    const size = Math.abs(x[i]!);
    const largest = scales[s]!;
    if (!(size <= largest || Number.isNaN(largest))) scales[s] = size;
  }
}

/** Added to a double of a few bits and taken away again, it leaves the nearest integer, ties to even. */
const toNearest = 1.5 * 2 ** 52;

/** How often a row's numbers have their scales, the nearest integers. */
function toSteps(
  steps: Int8Array,
  x: Float32Array,
  scales: Float32Array,
  { begin, end, scale, step }: Row,
) {
  for (let i = begin, s = scale; i < end; i++, s += step) {
    const unit = scales[s]!;
    const nearest = unit === 0 ? 0 : x[i]! / unit + toNearest - toNearest;
    steps[i] = Math.max(-most, Math.min(most, nearest));
  }
}
