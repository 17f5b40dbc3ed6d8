import { coordinateOf, type Mesh } from "../mesh.ts";
import { type Box, boxOf } from "./placement.ts";
import type { Value } from "./program.ts";

/**
 * The part of a program's value that a device holds: a range of each of its dims.
 *
 * @param device its number, from 0 on
 * @example
 * const [x] = program.values;
 * sliceOf(x!, defineMesh(program.mesh), 1); // [{ begin: 32, size: 32 }, { begin: 0, size: 256 }]
 */
export function sliceOf(
  { dims, placement }: Pick<Value, "dims" | "placement">,
  mesh: Mesh,
  device: number,
): Box {
  return boxOf(dims, placement, mesh, coordinateOf(mesh, device));
}
