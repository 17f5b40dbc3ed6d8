import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { GpuInstance } from "./instance.ts";
import { submit } from "./numbers.ts";
import type { Pipelines } from "./pipelines.ts";
import type { Shader } from "./shader.ts";

/** Shaders run so many before the GPU is handed them: it is idle until then. */
const together = 48;

/** Runs a shader on tensors of TensorFlow.js's backend, in turn with its own. */
export type Recorder = (shader: Shader, tensors: readonly TensorInfo[]) => void;

/** Nothing has run when a shader is recorded: reading a result waits until it has. */
export function openRecorder(instance: GpuInstance, pipelines: Pipelines): Recorder {
  const { device } = instance;
  return (shader, tensors) => {
    const { layout, pipeline, across, down } = pipelines.of(shader);
    const entries = tensors.map(({ dataId }, binding) => {
      instance.uploadToGPU(dataId);
      return { binding, resource: { buffer: instance.tensorMap.get(dataId).resource! } };
    });
    instance.ensureCommandEncoderReady();
    instance.computePassEncoder ??= instance.commandEncoder!.beginComputePass();
    const pass = instance.computePassEncoder;
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, device.createBindGroup({ layout, entries }));
    pass.dispatchWorkgroups(across, down);
    if (++instance.dispatchCountInPass >= together) submit(instance);
  };
}
