import { wrongArgument } from "../arguments.ts";
import { coordinateOf, deviceArgument, type Mesh, meshArgument } from "../mesh.ts";
import { type Box, boxOf } from "./placement.ts";
import type { Value } from "./program.ts";

/**
 * The part of a program's value that a device holds: a range of each of its dims.
 *
 * @param device its number, from 0 on
 * @throws MtfError `bad-argument`
 * @example
 * const [x] = program.values;
 * sliceOf(x!, defineMesh(program.mesh), 1); // [{ begin: 32, size: 32 }, { begin: 0, size: 256 }]
 */
export function sliceOf(value: Pick<Value, "dims" | "placement">, mesh: Mesh, device: number): Box {
  if (!isPlaced(value)) throw wrongArgument("sliceOf", "value", "a value of a program", value);
  meshArgument("sliceOf", "mesh", mesh);
  deviceArgument("sliceOf", mesh, device);
  return boxOf(value.dims, value.placement, mesh, coordinateOf(mesh, device));
}

function isPlaced(value: unknown): boolean {
  const { dims, placement } = (value ?? {}) as Partial<Value>;
  return (
    Array.isArray(dims) &&
    dims.every((dim) => typeof dim?.name === "string" && Number.isInteger(dim.size)) &&
    Object.values(placement?.split ?? { none: undefined }).every((axes) => Array.isArray(axes))
  );
}
