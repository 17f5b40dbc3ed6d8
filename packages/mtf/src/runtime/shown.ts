import { printDims } from "../dimension.ts";
import { MtfError } from "../errors.ts";
import type { Typed } from "../graph/kinds.ts";
import { printMesh } from "../mesh.ts";
import { printPlacement } from "../program/placement.ts";
import { printResting } from "../rest/print.ts";
import { captureLine } from "../sourceLine.ts";
import type { Sharded } from "./devices.ts";

// A handle holds no numbers either: as of a tensor, JavaScript would quietly make NaN and
// [object Object] of it.

/** `f32[batch=8, embd=64]`, as errors and handles tell a tensor. */
export function printArray(array: Typed): string {
  return printResting(array, printDims(array.dims));
}

/** `Sharded f32[batch=8] (batch -> data, on data:2)` */
function printed(this: Sharded): string {
  const where = [printPlacement(this.placement), `on ${printMesh(this.mesh) || "one device"}`];
  return `Sharded ${printArray({ dims: Object.values(this.dims), dtype: this.dtype, rest: this.rest })} (${where.filter(Boolean).join(", ")})`;
}

/** What every handle inherits: how it prints, and that it is no number. */
export const heldTraits: object = {
  "~held": true,
  toString: printed,
  toJSON: printed,
  // What console.log prints on Node, Bun and Deno.
  [Symbol.for("nodejs.util.inspect.custom")]: printed,
  [Symbol.for("Deno.customInspect")]: printed,
  [Symbol.toPrimitive](this: Sharded, hint: "string" | "number" | "default"): string {
    if (hint === "string") return printed.call(this);
    throw notANumber(this);
  },
};

function notANumber(held: Sharded): MtfError {
  const sentence = "a tensor on devices is no number, so JavaScript cannot calculate with it.";
  return new MtfError("not-a-number", sentence, {
    evidence: [
      ["tensor", printed.call(held)],
      ["at", captureLine()],
    ],
    try: [held.names.length === 0 ? "await held.number()" : "await held.read()"],
  });
}
