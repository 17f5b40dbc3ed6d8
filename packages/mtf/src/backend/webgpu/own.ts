import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Op } from "../../graph/kinds.ts";
import { volume } from "../../program/placement.ts";
import type { Slice } from "../backend.ts";
import { type LocalKind, localOp } from "../localOp.ts";
import { extentsOf } from "../slices/walk.ts";
import type { Arena } from "../tfjs/arena.ts";
import type { Step } from "../tfjs/kernel.ts";
import { type Bytes, unpacking } from "./bytes.ts";
import { wgsl } from "./kernels/index.ts";
import type { Pass, Wgsl, Work } from "./kernels/kernel.ts";
import type { Recorder } from "./record.ts";
import { narrowOf } from "./wgsl/narrow.ts";

/** What steps need of a GPU. */
export interface Gpu {
  readonly record: Recorder;
  readonly bytes: Bytes;
}

/**
 * An op's own shaders as a step of the adapter; undefined where there are none for these slices.
 * Operands may rest narrow.
 */
export function ownStep(
  { record, bytes }: Gpu,
  op: Op,
  operands: readonly Slice[],
  results: readonly Slice[],
  reuse: readonly number[],
): Step | undefined {
  const { kind, attributes } = localOp(op);
  const bind = wgsl[kind] as Wgsl<LocalKind> | undefined;
  const work = bind?.(attributes as never, operands, results);
  if (!work) return undefined;
  const passes = work.passes.map((pass) => readingNarrow(pass, operands));
  const shapes = results.map((slice) => ({ shape: shapeOf(slice), dtype: slice.dtype }));
  // An operand of concat may be empty: no shader reads it.
  const bools = operands.map((x) =>
    x.dtype === "bool" && volume(x.box) > 0 ? unpacking(shapeOf(x)) : undefined,
  );
  return (arena, tensors) => {
    const given = tensors.map((x, i) => {
      const unpack = bytes.lengthOf(x.dataId) === undefined ? undefined : bools[i];
      if (!unpack) return x;
      const wide = arena.room(x.shape, "bool");
      record(unpack, [x, wide]);
      return wide;
    });
    const overwritten = writtenOver(work, arena, tensors, reuse);
    const made = shapes.map(
      ({ shape, dtype }, i) => overwritten.get(i) ?? arena.room(shape, dtype),
    );
    const rooms = (work.rooms ?? []).map(({ size, dtype }) => arena.room([size], dtype));
    const all = [...given, ...made, ...rooms];
    const run = ({ shader, tensors: bound }: Pass) =>
      record(
        shader,
        bound.map((t) => all[t]!),
      );
    for (const { result, copy } of work.over ?? []) if (!overwritten.has(result)) run(copy);
    for (const pass of passes) run(pass);
    return made;
  };
}

/** A pass that widens, as it reads, what rests narrow. */
function readingNarrow({ shader, tensors }: Pass, operands: readonly Slice[]): Pass {
  const reads = shader.reads.map((read, i) => {
    const slice = operands[tensors[i]!];
    return slice?.rest ? narrowOf(slice.rest, extentsOf(slice)) : read;
  });
  return { shader: { ...shader, reads }, tensors };
}

function shapeOf({ box }: Slice): readonly number[] {
  return box.map(({ size }) => size);
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
