import { extentsOf } from "../slices/walk.ts";
import { arrange } from "./arrange.ts";
import type { BindHeap } from "./context.ts";
import { turns } from "./dims.ts";
import type { HeapBuffer } from "./heap.ts";

export const adam: BindHeap<"adam"> = (context, attributes, operands, results, reuse) => {
  const { heap, kernels } = context;
  const { beta1, beta2, epsilon, decay } = attributes;
  const order = extentsOf(results[0]!);
  const wanted = {
    operands: [order, order, order, order, [], [], [], []],
    results: [order, order, order],
    over: [[0, 0] as const, [1, 2] as const, [2, 3] as const],
  };
  const n = turns(order.map(({ size }) => ({ size, strides: [] })));
  const run = kernels.adam.adam!;
  const scalar = (buffer: HeapBuffer) => heap.view(buffer)[0]!;
  return arrange(context, operands, results, reuse, wanted, (inputs, outputs) => {
    const [p, g, m, v] = inputs as [HeapBuffer, HeapBuffer, HeapBuffer, HeapBuffer];
    const [rate, c1, c2, gate] = inputs.slice(4).map(scalar) as [number, number, number, number];
    const memory = heap.engine.wasm.HEAPU8;
    if (gate === 0) {
      for (const [i, { block }] of [p, m, v].entries()) {
        const to = outputs[i]!.block.offset;
        memory.copyWithin(to, block.offset, block.offset + block.bytes);
      }
      return;
    }
    const at = [p, g, m, v, ...outputs].map((buffer) => buffer.block.offset);
    run(...at, n, heap.scratch(64), beta1, beta2, epsilon, decay, rate, c1, c2);
  });
};
