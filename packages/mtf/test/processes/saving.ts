import { defineDims, defineLayout, defineMesh, iota, key, lower, type Mesh, normal } from "mtf";
import { openCheckpoint, saveCheckpoint } from "../../src/checkpoint.ts";
import type { Devices } from "../../src/runtime/devices.ts";

/** Saves a state twice into a folder and loads it again; tells what comes back, and what went in. */
export async function saving(
  folder: string,
  open: (mesh: Mesh) => Promise<Devices>,
): Promise<readonly string[]> {
  const dims = defineDims({ a: 5, b: 7 });
  const layout = defineLayout({ dims, mesh: defineMesh({ x: 2 }), rules: { a: "x" } });
  const state = () => ({ weights: normal(key(3), [dims.a, dims.b]), counts: iota(dims.b) });
  const begin = lower(state, { layout, inputs: [] });

  const devices = await open(layout.mesh as Mesh);
  const made = await (await devices.load(begin))();
  await saveCheckpoint(folder, made, { step: 1 });
  await saveCheckpoint(folder, made, { step: 2 });
  const checkpoint = await openCheckpoint(folder);
  const loaded = await checkpoint.load(devices, begin);
  const lines = [`saved ${JSON.stringify(checkpoint.metadata)}`];
  for (const { weights, counts } of [made, loaded]) {
    lines.push(`${await weights.read()} ${await counts.read()}`);
  }
  await checkpoint.close();
  await devices.close();
  return lines;
}
