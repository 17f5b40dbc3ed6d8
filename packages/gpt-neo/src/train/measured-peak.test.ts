import { defineMesh } from "mtf";
import { simulator } from "mtf/simulator";
import { workers } from "mtf/workers";
import { expect, it } from "vitest";
import { measuredPeak } from "./measured-peak.ts";

it.each([
  ["one device", () => simulator(defineMesh("data:1"), { backend: "wasm" })],
  ["the slowest", () => simulator(defineMesh("data:1"), { backend: "reference" })],
  ["a mesh of two axes", () => simulator(defineMesh("data:2,model:2"), { backend: "wasm" })],
  ["workers", () => workers(defineMesh("data:2"))],
] as const)("measures what devices can do, and leaves nothing on them: %s", async (_, open) => {
  const devices = await open();
  try {
    const { flops, size } = await measuredPeak(devices, devices.mesh);
    // From a function call for each number to all that a large machine has.
    expect(flops).toBeGreaterThan(1e6);
    expect(flops).toBeLessThan(1e16);
    expect(Math.log2(size) % 1).toBe(0);
    expect((await devices.usage()).map(({ buffers }) => buffers)).toEqual(
      Array(devices.mesh.size).fill(0),
    );
  } finally {
    await devices.close();
  }
});
