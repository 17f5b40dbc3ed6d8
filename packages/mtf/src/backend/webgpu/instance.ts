import type { KernelBackend, TensorInfo } from "@tensorflow/tfjs-core";
import type { HostArray } from "../../dtype.ts";
import { MtfError } from "../../errors.ts";
import type { Opened } from "./device.ts";

/** What TensorFlow.js's backend keeps of a tensor: numbers on the host, on the GPU, or on both. */
interface Entry {
  values: HostArray | null;
  dtype: "float32" | "int32" | "bool";
  resource?: GPUBuffer | null;
}

/** The parts of TensorFlow.js's WebGPU backend that are used beside its kernels. */
export interface GpuInstance extends KernelBackend {
  readonly device: GPUDevice;
  readonly queue: GPUQueue;
  readonly tensorMap: { get(dataId: object): Entry };
  readonly bufferManager: {
    acquireBuffer(size: number, ...rest: unknown[]): GPUBuffer;
  };
  readonly commandQueueOwnedIds: WeakSet<object>;
  commandEncoder: GPUCommandEncoder | null;
  computePassEncoder: GPUComputePassEncoder | null;
  dispatchCountInPass: number;
  makeTensorInfo(shape: readonly number[], dtype: string, values?: HostArray): TensorInfo;
  uploadToGPU(dataId: object): void;
  ensureCommandEncoderReady(): void;
  endComputePassEncoder(): void;
  submitQueue(): void;
  getBufferData(buffer: GPUBuffer): Promise<ArrayBuffer>;
}

/**
 * A backend of the package on a device. It makes no backend known to TensorFlow.js's engine, and
 * touches the GPU only while it is whole.
 *
 * @throws MtfError `backend-unavailable` if the package is not installed
 */
export async function makeInstance(
  gpu: GPU,
  { device, info, failures }: Opened,
): Promise<GpuInstance> {
  const { WebGPUBackend } = await loadPackage();
  const make = () => new WebGPUBackend(device, info) as unknown as GpuInstance;
  const instance = withNavigator(gpu, make);
  const { bufferManager, ensureCommandEncoderReady } = instance;
  const { acquireBuffer } = bufferManager;
  bufferManager.acquireBuffer = (size, ...rest) => {
    refuseBeyond(device.limits, size);
    return acquireBuffer.call(bufferManager, size, ...rest);
  };
  return Object.assign(instance, {
    // Small tensors of the host would be computed there, by other kernels.
    shouldExecuteOnCPU: () => false,
    ensureCommandEncoderReady() {
      failures.check();
      ensureCommandEncoderReady.call(instance);
    },
  });
}

/** What a tensor lies in on the GPU, where it is from now on. */
export function resourceOf(instance: GpuInstance, dataId: object): GPUBuffer {
  instance.uploadToGPU(dataId);
  return instance.tensorMap.get(dataId).resource!;
}

async function loadPackage() {
  try {
    return await import("@tensorflow/tfjs-backend-webgpu");
  } catch (error) {
    throw new MtfError(
      "backend-unavailable",
      "TensorFlow.js's backend for WebGPU cannot be loaded.",
      {
        evidence: [["cause", (error as Error).message.split("\n")[0]!]],
        try: ["npm install @tensorflow/tfjs-backend-webgpu@4.22.0"],
      },
    );
  }
}

/** Its constructor looks for the GPU where pages have it. */
function withNavigator<T>(gpu: GPU, make: () => T): T {
  const before = Object.getOwnPropertyDescriptor(globalThis, "navigator");
  if ((globalThis.navigator as Navigator | undefined)?.gpu) return make();
  Object.defineProperty(globalThis, "navigator", { value: { gpu }, configurable: true });
  try {
    return make();
  } finally {
    if (before) Object.defineProperty(globalThis, "navigator", before);
    else Reflect.deleteProperty(globalThis, "navigator");
  }
}

function refuseBeyond(
  { maxBufferSize, maxStorageBufferBindingSize }: GPUSupportedLimits,
  bytes: number,
): void {
  const most = Math.min(maxBufferSize, maxStorageBufferBindingSize);
  if (bytes <= most) return;
  throw new MtfError("out-of-memory", "one value is larger than this GPU lets a buffer be.", {
    evidence: [
      ["needed", `${bytes} bytes`],
      ["at most", `${most} bytes`],
    ],
    try: ["a layout that splits it over more devices, such as vocab:model"],
  });
}
