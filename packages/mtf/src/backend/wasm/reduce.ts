import { extentsOf, stridesOf } from "../slices/walk.ts";
import { type BindHeap, type Context, type HeapKernel, shapeOf } from "./context.ts";
import { bindReorder } from "./copy.ts";
import { collapse, described, type LoopDim, words } from "./dims.ts";
import { onArrays } from "./onArrays.ts";

const functions = { sum: 0, max: 1, min: 2 } as const;

export const reduce: BindHeap<"reduce"> = (context, attributes, operands, results) => {
  const [x, result] = [operands[0]!, results[0]!];
  if (x.dtype !== "float32") {
    return onArrays(context, { kind: "reduce", attributes }, operands, results);
  }
  const [from, to] = [extentsOf(x), extentsOf(result)];
  const [source, target] = [stridesOf(from), stridesOf(to)];
  // Neighbours become one dim where both are kept or both reduced: they differ in the last stride.
  const dims = collapseAlike(
    from.map(({ name, size }) => {
      const kept = name in target;
      return { size, strides: [source[name]!, kept ? target[name]! : 0], kept };
    }),
  );
  const reduced = dims.filter((d) => !d.kept);
  if (reduced.length === 0) {
    const copy = bindReorder(context, "float32", from, to);
    return finish(context, shapeOf(result), (input, output) => copy(input, output));
  }
  const kept = dims.filter((d) => d.kept).sort((a, b) => b.strides[1]! - a.strides[1]!);
  return bindRun(context, functions[attributes.fn], kept, reduced, shapeOf(result));
};

interface ReduceDim extends LoopDim {
  readonly kept: boolean;
}

function collapseAlike(dims: readonly ReduceDim[]): readonly ReduceDim[] {
  const groups: ReduceDim[][] = [];
  for (const dim of dims) {
    if (dim.size === 1) continue;
    const last = groups.at(-1);
    if (last && last[0]!.kept === dim.kept) last.push(dim);
    else groups.push([dim]);
  }
  return groups.flatMap((group) =>
    collapse(group).map((dim) => ({ ...dim, kept: group[0]!.kept })),
  );
}

type Finish = Parameters<typeof finish>[2];

function bindRun(
  context: Context,
  fn: number,
  kept: readonly LoopDim[],
  reduced: readonly LoopDim[],
  shape: readonly number[],
): HeapKernel {
  const { heap, kernels } = context;
  const adjacent = kept.findIndex((d) => d.strides[0] === 1);
  const rows = kernels.reduce.alongRows!;
  const columns = kernels.reduce.alongColumns!;
  if (adjacent < 0) {
    const description = words(described(kept), described(reduced));
    const run: Finish = (x, out) => {
      rows(heap.describe(description), fn, x.block.offset, out.block.offset);
    };
    return finish(context, shape, run);
  }
  // The kernel runs along the kept dim that is adjacent in the source.
  const others = kept.filter((_, i) => i !== adjacent);
  const description = words(described([...others, kept[adjacent]!]), described(reduced));
  const run: Finish = (x, out) => {
    const totals = heap.scratch(2048 + 64);
    columns(heap.describe(description), fn, x.block.offset, out.block.offset, totals);
  };
  return finish(context, shape, run);
}

function finish(
  { heap }: Context,
  shape: readonly number[],
  run: (x: ReturnType<typeof heap.allocate>, out: ReturnType<typeof heap.allocate>) => void,
): HeapKernel {
  return (operands) => {
    const out = heap.allocate(shape, "float32");
    run(operands[0]!, out);
    return [out];
  };
}
