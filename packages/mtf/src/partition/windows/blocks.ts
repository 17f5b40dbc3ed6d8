import type { Dimension } from "../../dimension.ts";
import type { NodeOf } from "../../graph/node.ts";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import type { Mesh } from "../../mesh.ts";
import { extentOf } from "../../ops/window/windows.ts";
import { devices } from "../../program/transfer.ts";

export type Windowed = NodeOf<"window"> | NodeOf<"overlapAdd">;

/**
 * A cut dim in blocks, one for each device: so many windows each, as many elements as these are apart,
 * and the margins on either side that windows reach beyond.
 */
export interface Blocks {
  readonly count: number;
  readonly windows: number;
  readonly size: number;
  readonly before: number;
  readonly after: number;
  readonly wrap: boolean;
}

/** The blocks of a dim that axes cut. */
export function blocksOf(node: Windowed, axes: readonly string[], mesh: Mesh): Blocks {
  const { dim, tap, stride, dilation, before, wrap } = node.attributes;
  const [x, made] = sidesOf(node);
  const count = devices(axes, mesh);
  const windows = Math.max(
    Math.ceil(sizeIn(made, dim) / count),
    Math.ceil(sizeIn(x, dim) / (count * stride)),
  );
  const after = Math.max(0, extentOf(sizeIn(made, tap), dilation) - stride - before);
  return { count, windows, size: windows * stride, before, after, wrap };
}

/** Whether blocks make up the dim: one that goes on at its other end has no elements but its own. */
export function haveBlocks(node: Windowed, axes: readonly string[], mesh: Mesh): boolean {
  const { count, size, wrap } = blocksOf(node, axes, mesh);
  return !wrap || sizeIn(sidesOf(node)[0], node.attributes.dim) === count * size;
}

/** The dims of what windows are taken of, and those of the windows. */
function sidesOf(node: Windowed): readonly [readonly Dimension[], readonly Dimension[]] {
  const [operand, result] = [dimsOf(node.operands[0] as AnyTensor), node.results[0]!.dims];
  return node.kind === "window" ? [operand, result] : [result, operand];
}

export function sizeIn(dims: readonly Dimension[], name: string): number {
  return dims.find((d) => d.name === name)!.size;
}

/** Elements that lie in another block's margin, or in its own middle. */
export interface Piece {
  /** How many blocks further it belongs. */
  readonly further: number;
  /** Where it begins in the block with its margins, and where in the block where it belongs. */
  readonly begin: number;
  readonly within: number;
  readonly size: number;
}

/** What of a block with its margins belongs to other blocks, from the first on. */
export function piecesOf({ count, size, before, after, wrap }: Blocks): readonly Piece[] {
  const reach = before + size + after;
  const pieces: Piece[] = [];
  for (let k = -Math.ceil(before / size); k <= Math.ceil(after / size); k++) {
    if (k === 0 || (!wrap && Math.abs(k) >= count)) continue;
    const start = before + k * size;
    const begin = Math.max(0, start);
    pieces.push({
      further: k,
      begin,
      within: begin - start,
      size: Math.min(reach, start + size) - begin,
    });
  }
  return pieces;
}

/** The same number of blocks further, and the ways to get there around the ends. */
export function waysFurther({ count, wrap }: Blocks, further: number): readonly number[] {
  if (!wrap) return [further];
  const rest = ((further % count) + count) % count;
  return rest === 0 ? [0] : [rest, rest - count];
}
