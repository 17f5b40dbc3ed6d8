import { countArgument, recordArgument, wordArgument } from "../../arguments.ts";
import type { AnyTensor } from "../../graph/tensor.ts";
import { misuse, namedDim } from "../check.ts";
import { extentOf } from "../window/windows.ts";

/** What becomes of the ends of a dim: as many places as before over the stride, or whole windows only. */
export type Padding = "same" | "valid";

/** A dim along which windows go: how long they are, and how they lie. */
export interface Along {
  readonly dim: string;
  readonly tap: string;
  readonly size: number;
  readonly taps: number;
  readonly stride: number;
  readonly dilation: number;
}

/** Dims of x with the dims of a kernel that go along them, and what is given for each. */
export function alongArgument(
  op: string,
  x: AnyTensor,
  kernel: AnyTensor,
  along: unknown,
  strides: unknown = {},
  dilations: unknown = {},
): readonly Along[] {
  recordArgument(op, "along", along, "an object with a dim of the kernel for dims of the tensor");
  const pairs = Object.entries(along as Readonly<Record<string, unknown>>).map(([dim, tap]) => ({
    x: namedDim(op, "along", x, dim),
    tap: namedDim(op, `along.${dim}`, kernel, tap),
  }));
  const dims = pairs.map((pair) => pair.x.name);
  const [far, apart] = [
    numbersArgument(op, "strides", strides, dims, x),
    numbersArgument(op, "dilations", dilations, dims, x),
  ];
  return pairs.map(({ x: { name, size }, tap }) => ({
    dim: name,
    tap: tap.name,
    size,
    taps: tap.size,
    stride: far(name),
    dilation: apart(name),
  }));
}

/** A positive number for some dims, and 1 for others. */
export function numbersArgument(
  op: string,
  argument: string,
  value: unknown,
  dims: readonly string[],
  x: AnyTensor,
): (dim: string) => number {
  recordArgument(op, `options.${argument}`, value, "an object with a number for some dims");
  const numbers = value as Readonly<Record<string, number>>;
  for (const [dim, number] of Object.entries(numbers)) {
    countArgument(op, `options.${argument}.${dim}`, number, 1);
    if (dims.includes(dim)) continue;
    const sentence = `${op}: 'options.${argument}' has '${dim}', along which no windows go.`;
    throw misuse("missing-dim", sentence, { tensor: x }, dims, { dim, dims });
  }
  return (dim) => (Object.hasOwn(numbers, dim) ? numbers[dim]! : 1);
}

export function paddingArgument(op: string, padding: unknown): Padding {
  return wordArgument(op, "options.padding", padding, ["same", "valid"]);
}

/** How many windows there are along a dim, and how many elements before it the first begins. */
export function placed(
  op: string,
  x: AnyTensor,
  { dim, size, taps, stride, dilation }: Along,
  padding: Padding,
): { readonly count: number; readonly before: number } {
  const extent = extentOf(taps, dilation);
  if (padding === "same") {
    const count = Math.ceil(size / stride);
    const missing = Math.max(0, (count - 1) * stride + extent - size);
    return { count, before: Math.floor(missing / 2) };
  }
  const count = Math.floor((size - extent) / stride) + 1;
  if (count >= 1) return { count, before: 0 };
  throw misuse(
    "bad-argument",
    `${op}: '${dim}' has ${size} elements, and a window takes ${extent}.`,
    { tensor: x },
    ['padding: "same"'],
    { dim, size, extent },
  );
}

/** Dims that are summed over: one that is named, or several. */
export function overArgument(op: string, x: AnyTensor, kernel: AnyTensor, over: unknown): string[] {
  const list = Array.isArray(over) ? over : over === undefined ? [] : [over];
  return list.map((select) => {
    namedDim(op, "options.over", kernel, select);
    return namedDim(op, "options.over", x, select).name;
  });
}
