import { MtfError } from "../../errors.ts";
import type { Backend } from "../backend.ts";
import { faults } from "../tfjs/faults.ts";
import { tfjsBackend } from "../tfjs/index.ts";
import { deviceOfThread } from "./device.ts";
import { fullOf } from "./full.ts";
import { findGpu } from "./gpu.ts";
import { makeInstance } from "./instance.ts";
import { download, writeInto } from "./numbers.ts";
import { ownStep } from "./own.ts";
import { openRecorder } from "./record.ts";

/**
 * A GPU, by WebGPU: the page's, or in Node that of the package `webgpu`. Every call gives
 * a backend with memory of its own; those of a thread share the GPU's queue.
 *
 * @throws MtfError `backend-unavailable` if there is no GPU, a package is not installed, or it
 * is to be deterministic
 * @example
 * const backend = await webgpuBackend();
 * console.log(backend.variant); // webgpu-nvidia-ampere
 */
export async function webgpuBackend(deterministic = false): Promise<Backend> {
  if (deterministic) {
    throw new MtfError(
      "backend-unavailable",
      "GPUs round differently from one to the other: 'webgpu' cannot be deterministic.",
      { try: ["the backend 'wasm'"] },
    );
  }
  const gpu = await findGpu();
  const opened = await deviceOfThread(gpu);
  const { name, failures, pipelines } = opened;
  const instance = await makeInstance(gpu, opened);
  const record = openRecorder(instance, pipelines);
  return tfjsBackend({
    name: "webgpu",
    variant: `webgpu-${name}`,
    kernels: "webgpu",
    instance,
    faults: faults.webgpu,
    own: (op, operands, results, reuse) => ownStep(record, op, operands, results, reuse),
    allocate: (shape, dtype, fill) => fullOf(instance, record, shape, dtype, fill),
    readLater: async (dataId) => {
      const numbers = await download(instance, dataId);
      failures.check();
      return numbers;
    },
    write: (dataId, offset, data) => writeInto(instance, dataId, offset, data),
  });
}
