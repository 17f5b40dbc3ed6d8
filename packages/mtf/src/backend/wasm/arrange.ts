import type { Slice } from "../backend.ts";
import { type Extent, extentsOf, sizeOf, without } from "../slices/walk.ts";
import { type Context, type HeapKernel, shapeOf } from "./context.ts";
import { bindReorder, sameOrder } from "./copy.ts";
import type { HeapBuffer } from "./heap.ts";
import { sameShape } from "./sameShape.ts";

/** How a kernel wants its tensors: their dims in these orders. */
export interface Arrangement {
  readonly operands: readonly (readonly Extent[])[];
  readonly results: readonly (readonly Extent[])[];
  /** Pairs of a result and an operand that it may be written over. */
  readonly over?: readonly (readonly [result: number, operand: number])[];
}

/**
 * A kernel for tensors whose dims come in the orders it wants: others are reordered before it runs,
 * its results after.
 */
export function arrange(
  context: Context,
  operands: readonly Slice[],
  results: readonly Slice[],
  reuse: readonly number[],
  wanted: Arrangement,
  run: (inputs: readonly HeapBuffer[], outputs: readonly HeapBuffer[]) => void,
): HeapKernel {
  const { heap } = context;
  const before = operands.map((slice, i) => {
    const [from, to] = [extentsOf(slice), wanted.operands[i]!];
    return sameOrder(from, to) ? undefined : bindReorder(context, slice.dtype, from, to);
  });
  const after = results.map((slice, i) => {
    const [from, to] = [wanted.results[i]!, extentsOf(slice)];
    return sameOrder(from, to) ? undefined : bindReorder(context, slice.dtype, from, to);
  });
  const shapes = results.map(shapeOf);
  const plain = before.every((b) => !b) && after.every((a) => !a);
  const pairs = (wanted.over ?? []).filter(
    ([result, operand]) =>
      plain && reuse.includes(operand) && sameShape(shapes[result]!, shapeOf(operands[operand]!)),
  );

  if (plain) {
    const dtypes = results.map(({ dtype }) => dtype);
    return (given) => {
      const outputs: HeapBuffer[] = [];
      for (let i = 0; i < shapes.length; i++) {
        outputs.push(takenOver(pairs, i, given, outputs) ?? heap.allocate(shapes[i]!, dtypes[i]!));
      }
      run(given, outputs);
      return outputs;
    };
  }
  return (given) => {
    const inputs = given.map((buffer, i) => {
      if (!before[i]) return buffer;
      const moved = heap.allocate(
        wanted.operands[i]!.map((e) => e.size),
        buffer.dtype,
      );
      before[i](buffer, moved);
      return moved;
    });
    const outputs = results.map((slice, i) => heap.allocate(shapes[i]!, slice.dtype));
    run(inputs, outputs);
    for (const [i, buffer] of inputs.entries()) if (before[i]) heap.dispose(buffer);
    return outputs.map((buffer, i) => {
      if (!after[i]) return buffer;
      const moved = heap.allocate(shapes[i]!, buffer.dtype);
      after[i](buffer, moved);
      heap.dispose(buffer);
      return moved;
    });
  };
}

/** The operand that a result is written over, if there is one that no other operand or result lies on. */
function takenOver(
  pairs: readonly (readonly [result: number, operand: number])[],
  at: number,
  given: readonly HeapBuffer[],
  taken: readonly HeapBuffer[],
): HeapBuffer | undefined {
  for (const [result, operand] of pairs) {
    if (result !== at) continue;
    const buffer = given[operand]!;
    if (buffer.block.sharers === 1 && isAlone(buffer, given) && !taken.includes(buffer)) {
      return buffer;
    }
  }
  return undefined;
}

function isAlone({ block }: HeapBuffer, given: readonly HeapBuffer[]): boolean {
  let count = 0;
  for (const other of given) if (other.block === block) count++;
  return count === 1;
}

/** A tensor seen as rows along a dim. */
export interface RowsOf {
  /** The other dims. */
  readonly outer: readonly Extent[];
  /** All dims, this one last. */
  readonly all: readonly Extent[];
  readonly row: Extent;
  readonly rows: number;
}

export function rowsOf(slice: Slice, over: string): RowsOf {
  const extents = extentsOf(slice);
  const outer = without(extents, [over]);
  const row = extents.find((e) => e.name === over)!;
  const rows = sizeOf(outer);
  return { outer, all: [...outer, row], row, rows };
}
