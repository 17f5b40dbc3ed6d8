import { extentsOf, sizeOf, stridesOf } from "../../slices/walk.ts";
import { each } from "../shader.ts";
import { expressionOf } from "../wgsl/functions.ts";
import { placesAt } from "../wgsl/places.ts";
import { literal } from "../wgsl/text.ts";
import { single, type Wgsl } from "./kernel.ts";

/** Every GPU binds eight buffers at least. */
const mostOperands = 7;

/** A function of every element: operands with whatever dims are read where they lie. */
export const elementwise: Wgsl<"elementwise"> = ({ fn, scalars }, operands, [result]) => {
  if (operands.length > mostOperands) return undefined;
  const extents = extentsOf(result!);
  const strides = operands.map((slice) => stridesOf(extentsOf(slice)));
  const places = placesAt("i", extents, [...strides, stridesOf(extents)]);
  const of = operands.at(-1)?.dtype ?? result!.dtype;
  const constant = of === "bool" ? result!.dtype : of;
  let next = 0;
  const xs = scalars.map((value) => {
    if (value !== null) return literal(value, constant);
    const operand = next++;
    return `x${operand}[${places[operand]}]`;
  });
  const named = xs.map((_, n) => `a${n}`);
  const shader = each(sizeOf(extents), {
    reads: operands.map(({ dtype }) => dtype),
    writes: [result!.dtype],
    body: `${xs.map((x, n) => `  let a${n} = ${x};\n`).join("")}  y0[${places.at(-1)}] = ${expressionOf(fn, of)(...named)};`,
  });
  return single(shader, operands, [result!]);
};
