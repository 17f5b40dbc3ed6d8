import type { Attending } from "../../../graph/kinds.ts";
import { attendedOf, scoreDims } from "../../../ops/flashAttention/operands.ts";
import type { Slice } from "../../backend.ts";
import { rangeIn } from "../../slices/walk.ts";
import type { Context } from "../context.ts";
import { distributions } from "../make.ts";
import type { Block, Loop } from "./loop.ts";

/** The random numbers of a block, one for each product, at a place of the heap. */
export type Draw = (key: number, turn: number, block: Block, keys: number, to: number) => void;

/** Each is a function of the key and its index among the products of the whole. */
export function bindDraws(
  { heap, kernels }: Context,
  attributes: Attending,
  operands: readonly Slice[],
  { outer, step }: Loop,
): Draw {
  const { along, over } = attributes;
  const { query, keys } = attendedOf(attributes, operands);
  const dims = scoreDims(attributes, query.dims, keys.dims);
  const strides = new Map<string, number>();
  dims.reduceRight((stride, { name, size }) => {
    strides.set(name, stride);
    return stride * size;
  }, 1);
  const base = dims.reduce((sum, { name }) => {
    const { begin } = rangeIn(name === over ? keys : query, name);
    return sum + begin * strides.get(name)!;
  }, 0);
  const starts = outer.reduce<readonly number[]>(
    (from, { name, size }) =>
      from.flatMap((at) => Array.from({ length: size }, (_, i) => at + i * strides.get(name)!)),
    [base],
  );
  const apart = strides.get(along)!;
  const run = kernels.random.random!;
  return (key, turn, { begin, rows }, count, to) => {
    const spare = heap.scratch(16);
    for (let row = 0; row < rows; row++) {
      const first = starts[turn]! + (begin + row) * apart;
      const high = Math.floor(first / 2 ** 32);
      run(to + 4 * row * step, count, key, first % 2 ** 32, high, distributions.uniform, spare);
    }
  };
}
