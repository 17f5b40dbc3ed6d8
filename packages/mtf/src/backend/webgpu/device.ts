import { MtfError } from "../../errors.ts";

/** A device of a GPU, with a queue of its own, and the name of what it is on. */
export interface Opened {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
}

/** What a kernel may ask for, where the adapter has it. */
const features: readonly GPUFeatureName[] = ["subgroups" as GPUFeatureName];

/** What the adapter may allow more of than every GPU has to. */
const limits = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeWorkgroupsPerDimension",
  "maxComputeInvocationsPerWorkgroup",
  "maxComputeWorkgroupSizeX",
] as const;

/**
 * The fastest adapter that there is.
 *
 * @throws MtfError `backend-unavailable` if there is none
 */
export async function findAdapter(gpu: GPU): Promise<GPUAdapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: "high-performance" });
  if (adapter) return adapter;
  throw new MtfError("backend-unavailable", "WebGPU finds no GPU on this machine.", {
    try: [
      "a driver of the GPU for Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS)",
      "the backend wasm, which needs no GPU",
    ],
  });
}

/** A new device of an adapter, with all that the adapter allows. */
export async function openDevice(adapter: GPUAdapter): Promise<Opened> {
  const device = await adapter.requestDevice({
    requiredFeatures: features.filter((name) => adapter.features.has(name)),
    requiredLimits: Object.fromEntries(limits.map((name) => [name, adapter.limits[name]!])),
  });
  return { device, info: adapter.info };
}

/** An adapter in a word: `nvidia-ampere`, `google-swiftshader`. */
export function nameOf({ vendor, architecture, description }: GPUAdapterInfo): string {
  const words = [vendor, architecture].filter((word) => word !== "").join("-");
  return (words || description || "unknown").toLowerCase().replace(/[^a-z0-9.]+/g, "-");
}
