import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type GpuInstance, resourceOf } from "./instance.ts";
import type { Pipelines } from "./pipelines.ts";
import type { Shader } from "./shader.ts";
import { submit } from "./submit.ts";

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
      return { binding, resource: { buffer: resourceOf(instance, dataId) } };
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

/** A stretch of bytes of a tensor, which begins with a word. */
export interface Stretch {
  readonly of: TensorInfo;
  readonly begin: number;
}

/** Copies whole words from one tensor to another, in turn with what was recorded before. */
export function recordCopy(instance: GpuInstance, from: Stretch, to: Stretch, bytes: number): void {
  const [source, target] = [from, to].map(({ of }) => resourceOf(instance, of.dataId));
  instance.ensureCommandEncoderReady();
  instance.endComputePassEncoder();
  instance.commandEncoder!.copyBufferToBuffer(source!, from.begin, target!, to.begin, bytes);
}
