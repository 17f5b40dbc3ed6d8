import { type Copy, copyOf, stepsOf } from "../../backend/slices/copy.ts";
import { internal } from "../../errors.ts";
import { coordinateOf, type Mesh } from "../../mesh.ts";
import { boxOf } from "../../program/placement.ts";
import type { Reduce, Value } from "../../program/program.ts";

/** What a device keeps of the whole that a reduction gives: all of it, unless it is scattered. */
export function keptOf(reduce: Reduce, values: readonly Value[], mesh: Mesh, device: number): Copy {
  const coordinate = coordinateOf(mesh, device);
  const [operand, result] = [values[reduce.operand]!, values[reduce.result]!];
  if (operand.dims.some((d, i) => d.name !== result.dims[i]?.name)) {
    throw internal(`${reduce.name} changes the order of dims`);
  }
  const whole = boxOf(operand.dims, operand.placement, mesh, coordinate);
  const kept = boxOf(result.dims, result.placement, mesh, coordinate);
  const [from, to] = [stepsOf(whole), stepsOf(kept)];
  return copyOf(
    whole.map((range, d) => ({
      size: kept[d]!.size,
      from: { begin: kept[d]!.begin - range.begin, step: from[d]! },
      to: { begin: 0, step: to[d]! },
    })),
  );
}
