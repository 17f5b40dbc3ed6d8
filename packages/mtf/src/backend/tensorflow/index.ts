import { getKernel, type TensorInfo } from "@tensorflow/tfjs-core";
import { MtfError } from "../../errors.ts";
import type { Backend } from "../backend.ts";
import type { Computing } from "../computing.ts";
import { faults } from "../tfjs/faults.ts";
import { tfjsBackend } from "../tfjs/index.ts";
import { ownInstance } from "./instance.ts";
import { loadTensorflow } from "./load.ts";

/**
 * TensorFlow's own kernels, by whichever of `@tensorflow/tfjs-node-gpu` and `@tensorflow/tfjs-node`
 * is installed. Its threads are the process's: all devices of a process share them.
 *
 * @throws MtfError `backend-unavailable` if neither is installed, or if it is to be deterministic
 * @example
 * const backend = await tensorflowBackend({ threads: 4, deterministic: false });
 */
export async function tensorflowBackend({
  threads,
  deterministic,
}: Omit<Computing, "alone">): Promise<Backend> {
  if (deterministic) {
    throw new MtfError(
      "backend-unavailable",
      "TensorFlow's kernels differ from processor to processor: 'tensorflow' cannot be deterministic.",
      { try: ["the backend 'wasm'"] },
    );
  }
  const { name, instance: loaded } = await loadTensorflow(threads);
  const instance = ownInstance(loaded, name);
  return tfjsBackend({
    name: "tensorflow",
    variant: instance.isUsingGpuDevice ? "tensorflow-gpu" : "tensorflow-cpu",
    kernels: "tensorflow",
    instance,
    faults: faults.tensorflow,
    read: (dataId) => instance.readSync(dataId).slice(),
    reshaped(x, shape) {
      const { kernelFunc } = getKernel("Reshape", "tensorflow");
      return kernelFunc({
        inputs: { x },
        attrs: { shape: [...shape] },
        backend: instance,
      }) as TensorInfo;
    },
  });
}
