import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Arena } from "./arena.ts";

const slope = Math.sqrt(2 / Math.PI);
const cubic = 0.044715;

/** tanh(sqrt(2/pi) (x + 0.044715 x³)). */
function bent(arena: Arena, x: TensorInfo): TensorInfo {
  const square = arena.zip("Multiply", x, x);
  const factor = arena.zip("Add", arena.zip("Multiply", square, slope * cubic), slope);
  return arena.map("Tanh", arena.zip("Multiply", x, factor));
}

/** 0.5 x (1 + tanh(…)). */
export function gelu(arena: Arena, x: TensorInfo): TensorInfo {
  const half = arena.zip("Multiply", x, 0.5);
  return arena.zip("Multiply", half, arena.zip("Add", bent(arena, x), 1));
}

/** dy times the derivative of gelu. */
export function geluGrad(arena: Arena, x: TensorInfo, dy: TensorInfo): TensorInfo {
  const t = bent(arena, x);
  // Beyond 10 tanh is flat in float32; clipped, so that 0 times an overflowing square is not NaN.
  const near = arena.zip("Minimum", arena.zip("Maximum", x, -10), 10);
  const square = arena.zip("Multiply", near, near);
  const steep = arena.zip("Add", arena.zip("Multiply", square, 3 * slope * cubic), slope);
  const flat = arena.zip("Sub", 1, arena.zip("Multiply", t, t));
  const bend = arena.zip("Multiply", arena.zip("Multiply", near, flat), steep);
  const double = arena.zip("Add", arena.zip("Add", t, 1), bend);
  return arena.zip("Multiply", arena.zip("Multiply", double, 0.5), dy);
}
