import { findAdapter } from "./device.ts";
import { findGpu } from "./gpu.ts";

/**
 * The adapters that the backend `webgpu` may get on this machine, the one that it takes first. Those
 * that compute in software say so.
 *
 * @throws MtfError `backend-unavailable` if there is none, or a package is not installed
 * @example
 * const [first] = await gpuAdapters(); // "NVIDIA GeForce RTX 3060 (nvidia ampere)"
 */
export async function gpuAdapters(): Promise<readonly string[]> {
  const gpu = await findGpu();
  const others = [
    await gpu.requestAdapter({ powerPreference: "low-power" }),
    await gpu.requestAdapter({ forceFallbackAdapter: true }),
  ];
  const found = [await findAdapter(gpu), ...others.filter((adapter) => adapter !== null)];
  return [...new Set(found.map(({ info }) => describe(info)))];
}

function describe({ vendor, architecture, device, description }: GPUAdapterInfo): string {
  const name = description || device || "unnamed";
  const software = /swiftshader|llvmpipe|basic render/i.test(`${architecture} ${description}`);
  const family = [vendor, architecture].filter((word) => word !== "").join(" ");
  return `${name} (${[family, ...(software ? ["in software"] : [])].filter(Boolean).join(", ")})`;
}
