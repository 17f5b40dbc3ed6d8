import { arrange, rowsOf } from "./arrange.ts";
import type { BindHeap, Context } from "./context.ts";
import type { HeapBuffer } from "./heap.ts";

type RowKind =
  | "softmax"
  | "softmaxGrad"
  | "logSoftmax"
  | "logSoftmaxGrad"
  | "logsumexp"
  | "sumExp"
  | "crossEntropy"
  | "crossEntropyGrad";

/** Ops along one dim whose kernels take operands, results, rows and their length, in this order. */
function alongRows<K extends RowKind>(kind: K): BindHeap<K> {
  return (context, { over }, operands, results, reuse) => {
    const { outer, all, row, rows } = rowsOf(operands[0]!, over);
    const order = (slice: { readonly dims: readonly { readonly name: string }[] }) =>
      slice.dims.some((d) => d.name === over) ? all : outer;
    const run = context.kernels.softmax[kind]!;
    const { begin } = operands[0]!.box[operands[0]!.dims.findIndex((d) => d.name === over)]!;
    const whole = operands[0]!.dims.find((d) => d.name === over)!.size;
    const wide = operands.flatMap((slice, i) => (order(slice) === all ? [i] : []));
    const over0 = results.length === 1 && order(results[0]!) === all ? wide : [];
    const wanted = {
      operands: operands.map(order),
      results: results.map(order),
      over: over0.map((operand) => [0, operand] as const),
    };
    return arrange(context, operands, results, reuse, wanted, (inputs, outputs) => {
      // Kernels that need their rows whole take two arguments less.
      run(...[...inputs, ...outputs].map(at), rows, row.size, begin, whole);
    });
  };
}

export const softmax: BindHeap<"softmax"> = alongRows("softmax");
export const softmaxGrad: BindHeap<"softmaxGrad"> = alongRows("softmaxGrad");
export const logSoftmax: BindHeap<"logSoftmax"> = alongRows("logSoftmax");
export const logSoftmaxGrad: BindHeap<"logSoftmaxGrad"> = alongRows("logSoftmaxGrad");
export const logsumexp: BindHeap<"logsumexp"> = alongRows("logsumexp");
export const sumExp: BindHeap<"sumExp"> = alongRows("sumExp");
export const crossEntropy: BindHeap<"crossEntropy"> = alongRows("crossEntropy");
export const crossEntropyGrad: BindHeap<"crossEntropyGrad"> = alongRows("crossEntropyGrad");

export const layerNorm: BindHeap<"layerNorm"> = (context, attributes, operands, results, reuse) => {
  const { outer, all, row, rows } = rowsOf(operands[0]!, attributes.over);
  const wanted = {
    operands: [all, [row], [row]],
    results: [all, outer, outer],
    over: [[0, 0] as const],
  };
  const run = context.kernels.layernorm.layerNorm!;
  const { size } = row;
  const { epsilon } = attributes;
  return arrange(context, operands, results, reuse, wanted, ([x, gain, bias], [y, mean, rstd]) => {
    // biome-ignore format: operands, results, and what they are
    run(
      at(x!), at(gain!), at(bias!), at(y!), at(mean!), at(rstd!),
      rows, size, epsilon,
    );
  });
};

export const layerNormGrad: BindHeap<"layerNormGrad"> = (
  context: Context,
  { over },
  operands,
  results,
  reuse,
) => {
  const { outer, all, row, rows } = rowsOf(operands[0]!, over);
  const wanted = {
    operands: [all, [row], outer, outer, all],
    results: [all, [row], [row]],
    over: [[0, 4] as const, [0, 0] as const],
  };
  const run = context.kernels.layernorm.layerNormGrad!;
  const scratchBytes = 8 * (row.size + 4);
  return arrange(context, operands, results, reuse, wanted, (inputs, outputs) => {
    run(...[...inputs, ...outputs].map(at), rows, row.size, context.heap.scratch(scratchBytes));
  });
};

function at({ block }: HeapBuffer): number {
  return block.offset;
}
