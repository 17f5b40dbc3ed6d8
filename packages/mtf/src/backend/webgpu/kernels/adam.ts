import { extentsOf, sizeOf, stridesOf } from "../../slices/walk.ts";
import { each } from "../shader.ts";
import { placesAt } from "../wgsl/places.ts";
import { literal } from "../wgsl/text.ts";
import { moving } from "./arrange.ts";
import type { Wgsl } from "./kernel.ts";

/**
 * One step of Adam with decoupled decay, over what was there: parameters and moments are copied
 * before where they have to stay. So eight buffers are bound, which is what every GPU can.
 */
export const adam: Wgsl<"adam"> = ({ beta1, beta2, epsilon, decay }, operands, results) => {
  const extents = extentsOf(results[0]!);
  const strides = [...operands.slice(0, 4), ...results].map((slice) => stridesOf(extentsOf(slice)));
  const [p, g, m, v, newP, newM, newV] = strides;
  const [ofG, ofP, ofM, ofV] = placesAt("i", extents, [g!, newP!, newM!, newV!]);
  const number = (x: number) => literal(x, "float32");
  const shader = each(sizeOf(extents), {
    reads: ["float32", "float32", "float32", "float32", "float32"],
    writes: ["float32", "float32", "float32"],
    body: `  if (x4[0] == 0.0) { return; }
  let g = x0[${ofG}];
  let p = y0[${ofP}];
  let m = ${number(beta1)} * y1[${ofM}] + ${number(1 - beta1)} * g;
  let v = ${number(beta2)} * y2[${ofV}] + ${number(1 - beta2)} * g * g;
  let step = m / x2[0] / (sqrt(v / x3[0]) + ${number(epsilon)}) + ${number(decay)} * p;
  y0[${ofP}] = p - x1[0] * step;
  y1[${ofM}] = m;
  y2[${ofV}] = v;`,
  });
  const over = [
    { operand: 0, from: p!, to: newP! },
    { operand: 2, from: m!, to: newM! },
    { operand: 3, from: v!, to: newV! },
  ].map(({ operand, from, to }, result) => ({
    operand,
    result,
    alike: extentsOf(operands[operand]!).every((e) => from[e.name] === to[e.name]),
    copy: {
      shader: moving("float32", extents, from, to),
      tensors: [operand, operands.length + result],
    },
  }));
  return { passes: [{ shader, tensors: [1, 4, 5, 6, 7, 8, 9, 10] }], over };
};
