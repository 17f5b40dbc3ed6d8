import type { Mesh } from "../../mesh.ts";

/** What makes the memory that the workers of a mesh share. */
export function sharing(_mesh: Mesh): (bytes: number) => SharedArrayBuffer {
  return (bytes) => new SharedArrayBuffer(bytes);
}
