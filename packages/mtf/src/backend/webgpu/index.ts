import { MtfError } from "../../errors.ts";
import type { Backend } from "../backend.ts";
import { faults } from "../tfjs/faults.ts";
import { tfjsBackend } from "../tfjs/index.ts";
import { openBytes } from "./bytes.ts";
import { deviceOfThread, type Opened } from "./device.ts";
import { fullOf } from "./full.ts";
import { findGpu } from "./gpu.ts";
import { makeInstance } from "./instance.ts";
import { download, writeInto } from "./numbers.ts";
import { type Gpu, ownStep } from "./own.ts";
import { openRecorder } from "./record.ts";
import { openWithin } from "./within.ts";

/**
 * A GPU, by WebGPU: the page's, or in Node that of the package `webgpu`. Every call gives
 * a backend with memory of its own; those of a thread share the GPU's queue.
 *
 * @throws MtfError `backend-unavailable` if there is no GPU, a package is not installed, or it
 * is to be deterministic
 * @example
 * const backend = await webgpuBackend();
 * console.log(backend.variant); // webgpu-nvidia-ampere+subgroups
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
  return backendOn(gpu, await deviceOfThread(gpu));
}

/** A backend on a device, with memory of its own. */
export async function backendOn(gpu: GPU, opened: Opened): Promise<Backend> {
  const { name, failures, pipelines, subgroups } = opened;
  const instance = await makeInstance(gpu, opened);
  const bytes = openBytes(instance);
  const own: Gpu = { record: openRecorder(instance, pipelines), bytes };
  return tfjsBackend({
    name: "webgpu",
    // They add numbers up in an order of their own.
    variant: `webgpu-${name}${subgroups ? "+subgroups" : ""}`,
    kernels: "webgpu",
    instance,
    faults: faults.webgpu,
    own: (op, operands, results, reuse) => ownStep(own, op, operands, results, reuse),
    uploadBytes: (data, shape) => bytes.put(data, shape),
    allocate: (shape, dtype, fill) => fullOf(instance, own, shape, dtype, fill),
    readLater: async (dataId) => {
      const numbers = await download(instance, bytes, dataId);
      failures.check();
      return numbers;
    },
    within: openWithin(instance, own),
    write: (dataId, offset, data) => writeInto(instance, own, dataId, offset, data),
  });
}
