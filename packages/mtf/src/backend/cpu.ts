import { MathBackendCPU } from "@tensorflow/tfjs-backend-cpu";
import type { HostArray } from "../dtype.ts";
import type { Backend } from "./backend.ts";
import { faults } from "./tfjs/faults.ts";
import { tfjsBackend } from "./tfjs/index.ts";
import type { Target } from "./tfjs/target.ts";

/**
 * TensorFlow.js in plain JavaScript: slow, and needs nothing. Every call gives a backend with
 * memory of its own.
 *
 * @example
 * const backend = await cpuBackend();
 */
export async function cpuBackend(): Promise<Backend> {
  const instance = new MathBackendCPU();
  // It would greet whoever runs it in Node with the advice to use another.
  Object.assign(instance, { firstUse: false });
  return tfjsBackend({ ...cpuTarget(instance), view: viewOf(instance) });
}

/** What the adapter has to know of it, but for where its numbers are. */
export function cpuTarget(instance: MathBackendCPU): Target {
  return { name: "cpu", variant: "cpu", kernels: "cpu", instance, faults: faults.cpu };
}

/** The arrays behind the keys of the instance. */
export function viewOf(instance: MathBackendCPU): (dataId: object) => HostArray {
  return (dataId) => instance.data.get(dataId).values as HostArray;
}
