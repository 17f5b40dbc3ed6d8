import { type Shader, sourceOf } from "./shader.ts";

/** A shader that is ready to run. */
export interface Pipeline {
  readonly layout: GPUBindGroupLayout;
  readonly pipeline: GPUComputePipeline;
  /** Workgroups along the two dimensions that they are laid out in. */
  readonly across: number;
  readonly down: number;
}

/** What has been compiled on a device: shaders of the same text are compiled once. */
export interface Pipelines {
  of(shader: Shader): Pipeline;
}

/** @param subgroups whether the device was opened with them */
export function openPipelines(device: GPUDevice, subgroups: boolean): Pipelines {
  const layouts = new Map<string, GPUBindGroupLayout>();
  const compiled = new Map<string, GPUComputePipeline>();
  const ready = new WeakMap<Shader, Pipeline>();

  const layoutOf = ({ reads, writes }: Shader) => {
    const types = [...reads.map(() => "read-only-storage"), ...writes.map(() => "storage")];
    const entries = types.map((type, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: type as GPUBufferBindingType },
    }));
    return known(layouts, types.join(), () => device.createBindGroupLayout({ entries }));
  };
  const compile = (shader: Shader): Pipeline => {
    const code = sourceOf(shader, subgroups);
    const layout = layoutOf(shader);
    const pipeline = known(compiled, code, () =>
      device.createComputePipeline({
        layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
        compute: { module: device.createShaderModule({ code }), entryPoint: "main" },
      }),
    );
    const across = Math.min(shader.groups, device.limits.maxComputeWorkgroupsPerDimension);
    const made = { layout, pipeline, across, down: Math.ceil(shader.groups / across) };
    ready.set(shader, made);
    return made;
  };
  return { of: (shader) => ready.get(shader) ?? compile(shader) };
}

function known<T>(made: Map<string, T>, key: string, make: () => T): T {
  const found = made.get(key);
  if (found) return found;
  const fresh = make();
  made.set(key, fresh);
  return fresh;
}
