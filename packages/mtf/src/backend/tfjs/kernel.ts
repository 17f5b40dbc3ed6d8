import type { TensorInfo } from "@tensorflow/tfjs-core";
import { hostArray } from "../../dtype.ts";
import type { Attributes, Op } from "../../graph/kinds.ts";
import { volume } from "../../program/placement.ts";
import { bindArrays } from "../arrays/bind.ts";
import type { MaybePromise, Slice } from "../backend.ts";
import type { LocalKind } from "../localOp.ts";
import type { Arena } from "./arena.ts";
import { after, all } from "./maybe.ts";

/** A bound op: calls kernels, and leaves what they make to the arena. */
export type Step = (
  arena: Arena,
  operands: readonly TensorInfo[],
) => MaybePromise<readonly TensorInfo[]>;

/** Binds an op that is part of another. */
export type BindOther = (op: Op, operands: readonly Slice[], results: readonly Slice[]) => Step;

/** Which kernels a kind of op calls, for given slices. */
export type Bind<K extends LocalKind> = (
  attributes: Attributes[K],
  operands: readonly Slice[],
  results: readonly Slice[],
) => Step;

/** What each kind of op calls, of those that do not go to the host. */
export type Binds = { readonly [K in LocalKind]?: Bind<K> };

/**
 * A kind for which TensorFlow.js has no kernel that is right: computed on the host, as the
 * reference does.
 */
export function onArrays<K extends LocalKind>(kind: K): Bind<K> {
  return (attributes, operands, results) => {
    const kernel = bindArrays({ kind, attributes } as Op, operands, results);
    return (arena, tensors) =>
      after(all(tensors.map(arena.read)), (inputs) => {
        const outputs = results.map(({ dtype, box }) => hostArray(dtype, volume(box)));
        kernel(inputs, outputs);
        return results.map(({ dtype, box }, i) => {
          const shape = box.map((range) => range.size);
          return arena.put(outputs[i]!, shape, dtype);
        });
      });
  };
}
