import { printDims } from "../dimension.ts";
import { MtfError } from "../errors.ts";
import { printResting } from "../rest/print.ts";
import { captureLine } from "../sourceLine.ts";
import type { Node } from "./node.ts";
import type { AnyTensor } from "./tensor.ts";

// A tensor refers to all it is computed from. Printed like other objects it would fill the screen
// with its graph, and used like a number it would quietly be NaN.

/** What a node computes, as programs and errors name it: `einsum`, `relu`, `sum`. */
export function causeOf(node: Node): string {
  return node.kind === "elementwise" || node.kind === "reduce" ? node.attributes.fn : node.kind;
}

/** `f32[batch=8, embd=64]` */
export function printType(x: AnyTensor): string {
  return printResting(x["~node"].results[x["~result"]]!, printDims(Object.values(x.dims)));
}

/** `Tensor f32[batch=8, embd=64] (relu net.ts:14)` */
export function printTensor(x: AnyTensor): string {
  const node = x["~node"];
  return `Tensor ${printType(x)} (${causeOf(node)} ${node.line})`;
}

function printed(this: AnyTensor): string {
  return printTensor(this);
}

/** What every tensor inherits: how it prints, and that it is no number. */
export const shown: object = {
  toString: printed,
  toJSON: printed,
  // What console.log prints on Node, Bun and Deno.
  [Symbol.for("nodejs.util.inspect.custom")]: printed,
  [Symbol.for("Deno.customInspect")]: printed,
  [Symbol.toPrimitive](this: AnyTensor, hint: "string" | "number" | "default"): string {
    if (hint === "string") return printTensor(this);
    throw notANumber(this, hint);
  },
};

function notANumber(x: AnyTensor, hint: "number" | "default"): MtfError {
  const sentence =
    "a tensor has no numbers while a function is traced, so JavaScript cannot calculate with it.";
  const instead = {
    number: ["where(greater(x, 0), a, b) for x > 0 ? a : b", "mul(x, 2) for x * 2"],
    default: ["add(x, 1) for x + 1", "equal(x, 1) for x == 1", `\${x} in a template to print it`],
  };
  return new MtfError("not-a-number", sentence, {
    evidence: [
      ["tensor", printTensor(x)],
      ["at", captureLine()],
    ],
    try: instead[hint],
  });
}
