/**
 * A parameter as libraries without fused transposes would keep it: matrices that inputs are
 * multiplied by are [in, out], tables stay as they are.
 */
export function inOut(
  path: string,
  shape: readonly number[],
  values: Float32Array,
): { readonly values: Float32Array; readonly shape: readonly number[] } {
  const table = path === "wte" || path === "wpe";
  if (shape.length !== 2 || table) return { values, shape };
  const [out, of] = shape as [number, number];
  const turned = new Float32Array(values.length);
  for (let row = 0; row < out; row++) {
    for (let column = 0; column < of; column++) {
      turned[column * out + row] = values[row * of + column]!;
    }
  }
  return { values: turned, shape: [of, out] };
}
