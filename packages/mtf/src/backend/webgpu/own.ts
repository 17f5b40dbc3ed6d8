import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Op } from "../../graph/kinds.ts";
import type { Slice } from "../backend.ts";
import { type LocalKind, localOp } from "../localOp.ts";
import type { Arena } from "../tfjs/arena.ts";
import type { Step } from "../tfjs/kernel.ts";
import { wgsl } from "./kernels/index.ts";
import type { Wgsl, Work } from "./kernels/kernel.ts";
import type { Recorder } from "./record.ts";

/** An op's own shaders as a step of the adapter; undefined where there are none for these slices. */
export function ownStep(
  record: Recorder,
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
  reuse: readonly number[],
): Step | undefined {
  const { kind, attributes } = localOp(op);
  const bind = wgsl[kind] as Wgsl<LocalKind> | undefined;
  const work = bind?.(attributes as never, operands, results);
  if (!work) return undefined;
  const shapes = results.map(({ dtype, box }) => ({ shape: box.map(({ size }) => size), dtype }));
  return (arena, tensors) => {
    const overwritten = writtenOver(work, arena, tensors, reuse);
    const made = shapes.map(
      ({ shape, dtype }, i) => overwritten.get(i) ?? arena.room(shape, dtype),
    );
    const all = [...tensors, ...made];
    const run = ({ shader, tensors: bound }: Work["passes"][number]) =>
      record(
        shader,
        bound.map((t) => all[t]!),
      );
    for (const { result, copy } of work.over ?? []) if (!overwritten.has(result)) run(copy);
    for (const pass of work.passes) run(pass);
    return made;
  };
}

/** The operands that are results, too: nobody else may have their numbers, not even this op. */
function writtenOver(
  { over = [] }: Work,
  arena: Arena,
  tensors: readonly TensorInfo[],
  reuse: readonly number[],
): ReadonlyMap<number, TensorInfo> {
  const free = over.filter(({ operand, alike }) => {
    const own = tensors[operand]!;
    const once = tensors.filter(({ dataId }) => dataId === own.dataId).length === 1;
    return alike && once && reuse.includes(operand) && arena.isAlone(own);
  });
  return new Map(free.map(({ operand, result }) => [result, tensors[operand]!]));
}
