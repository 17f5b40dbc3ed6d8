import type { GpuInstance } from "./instance.ts";

/** Hands the GPU all that was recorded for it. */
export function submit(instance: GpuInstance): void {
  if (!instance.commandEncoder) return;
  instance.endComputePassEncoder();
  instance.submitQueue();
}
