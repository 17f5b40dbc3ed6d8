import { MtfError } from "../../errors.ts";
import { type Failures, watch } from "./failures.ts";
import { openPipelines, type Pipelines } from "./pipelines.ts";

/** A device of a GPU, with a queue of its own, and what is known of it. */
export interface Opened {
  readonly device: GPUDevice;
  readonly info: GPUAdapterInfo;
  /** What it is on, in a word. */
  readonly name: string;
  readonly failures: Failures;
  readonly pipelines: Pipelines;
  /** Whether shaders combine numbers of threads by subgroups. */
  readonly subgroups: boolean;
}

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
      '`backend: "wasm"`, which needs no GPU',
    ],
  });
}

let opened: Promise<Opened> | undefined;

/**
 * The device that the backends of a thread share, as they take turns anyway: what was compiled for
 * one serves the next. After a failure it is another.
 *
 * @throws MtfError `backend-unavailable` if there is no GPU
 */
export async function deviceOfThread(gpu: GPU): Promise<Opened> {
  const before = await opened?.catch(() => undefined);
  if (before && !before.failures.any()) return before;
  opened = findAdapter(gpu).then((adapter) => openDevice(adapter, hasSubgroups(gpu, adapter)));
  return opened;
}

/** What older types of the DOM do not name. */
const feature = "subgroups" as GPUFeatureName;

/** Whether threads of a GPU can combine their numbers without shared memory, and know their subgroup. */
function hasSubgroups({ wgslLanguageFeatures: language }: GPU, { features }: GPUAdapter): boolean {
  return features.has(feature) && language.has("subgroup_id");
}

/**
 * A new device of an adapter, with all that the adapter allows.
 *
 * @param subgroups whether it is to have them, which the adapter has to allow then
 */
export async function openDevice(adapter: GPUAdapter, subgroups: boolean): Promise<Opened> {
  const device = await adapter.requestDevice({
    requiredFeatures: subgroups ? [feature] : [],
    requiredLimits: Object.fromEntries(limits.map((name) => [name, adapter.limits[name]!])),
  });
  const name = nameOf(adapter.info);
  return {
    device,
    info: adapter.info,
    name,
    failures: watch(device, name),
    pipelines: openPipelines(device, subgroups),
    subgroups,
  };
}

/** An adapter in a word: `nvidia-ampere`, `google-swiftshader`. */
function nameOf({ vendor, architecture, description }: GPUAdapterInfo): string {
  const words = [vendor, architecture].filter((word) => word !== "").join("-");
  return (words || description || "unknown").toLowerCase().replace(/[^a-z0-9.]+/g, "-");
}
