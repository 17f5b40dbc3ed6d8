import type { Origin } from "../program/program.ts";
import { type Builder, compute } from "./builder.ts";

/** A value as float32, where it may not stay as it rests: what loops carry is computed anew. */
export function widened(builder: Builder, value: number, origin: Origin): number {
  const { rest, placement, ...shaped } = builder.values[value]!;
  if (rest === undefined) return value;
  const op = { kind: "elementwise", attributes: { fn: "toFloat32", scalars: [null] } } as const;
  return compute(builder, op, [value], [{ shaped, placement }], origin)[0]!;
}
