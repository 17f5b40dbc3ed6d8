import type { DataType, TensorInfo } from "@tensorflow/tfjs-core";
import type { NodeBackend } from "./load.ts";

/** A result as TensorFlow describes it. */
interface Made {
  readonly id: number;
  readonly shape: number[];
  readonly dtype: number;
}

/** What a backend of tfjs-node keeps of a tensor. */
interface Entry extends Made {
  readonly values: null;
  readonly refCount: number;
}

/**
 * A backend of the package with numbers of its own, so that what it counts is ours. Results are
 * infos alone: as tensors, TensorFlow.js's engine would count them for ever.
 */
export function ownInstance(loaded: NodeBackend, name: string): NodeBackend {
  const { binding } = loaded;
  const Own = loaded.constructor as new (binding: object, name: string) => NodeBackend;
  const dtypes = new Map<number, DataType>([
    [binding.TF_FLOAT!, "float32"],
    [binding.TF_INT32!, "int32"],
    [binding.TF_BOOL!, "bool"],
  ]);
  const instance = new Own(binding, name) as NodeBackend & {
    readonly tensorMap: { set(dataId: object, entry: Entry): void };
  };
  return Object.assign(instance, {
    createOutputTensor({ id, shape, dtype }: Made): TensorInfo {
      const dataId = {};
      instance.tensorMap.set(dataId, { id, shape, dtype, values: null, refCount: 1 });
      return { dataId, shape, dtype: dtypes.get(dtype)! };
    },
  });
}
