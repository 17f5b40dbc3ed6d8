import type { Mesh } from "../../../mesh.ts";
import { axesKey } from "../groups.ts";
import { type GroupMemory, groupMemory } from "./staging.ts";

/** Memory for each set of axes, made when it is asked for first, and then the same for whoever asks. */
export function memoryOf(
  mesh: Mesh,
  windowBytes: number,
  make: (bytes: number) => ArrayBuffer | SharedArrayBuffer,
): (axes: readonly string[]) => GroupMemory {
  const made = new Map<string, GroupMemory>();
  return (axes) => {
    const key = axesKey(mesh, axes);
    const memory = made.get(key) ?? groupMemory(mesh, axes, windowBytes, make);
    made.set(key, memory);
    return memory;
  };
}
