import { elements } from "../../../dimension.ts";
import { bytesPerElement } from "../../../dtype.ts";
import { coordinateOf, type Mesh } from "../../../mesh.ts";
import type { Value } from "../../../program/program.ts";
import { partsOf } from "../../../rest/rest.ts";
import { sizedOf, sliceOf } from "../../execute/device.ts";

/**
 * Where one of the arrays that a value rests in begins in the bytes that a device holds of it, counted in
 * the array's elements.
 */
export function beginOfPart(value: Value, part: number, mesh: Mesh, device: number): number {
  if (part === 0) return 0;
  const slice = sliceOf(value, { mesh, coordinate: coordinateOf(mesh, device) });
  const parts = partsOf(sizedOf(slice));
  const before = parts.slice(0, part).reduce((bytes, { dims, dtype }) => {
    return bytes + elements(dims) * bytesPerElement[dtype];
  }, 0);
  return before / bytesPerElement[parts[part]!.dtype];
}
