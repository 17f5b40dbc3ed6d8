import type { DType } from "../../../dtype.ts";

/** What an element is in a buffer of the GPU: a bool is 0 or 1, as TensorFlow.js has it. */
export const scalar: Readonly<Record<DType, "f32" | "i32">> = {
  float32: "f32",
  int32: "i32",
  bool: "i32",
};

/** A number as WGSL writes it: what is not finite only exists while a shader runs. */
export function literal(value: number, dtype: DType): string {
  if (dtype !== "float32") {
    const whole = Math.trunc(value);
    return whole === -(2 ** 31) ? "(-2147483647i - 1i)" : `(${whole}i)`;
  }
  const near = Math.fround(value);
  if (Number.isFinite(near)) return `f32(${near})`;
  const bits = Number.isNaN(near) ? "0x7fc00000u" : near > 0 ? "0x7f800000u" : "0xff800000u";
  return `bitcast<f32>(${bits} | nothing)`;
}
