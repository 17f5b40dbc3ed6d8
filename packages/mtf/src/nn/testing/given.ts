import { expect } from "vitest";
import { type AnyTensor, dimsOf } from "../../graph/tensor.ts";
import * as mtf from "../../index.ts";
import { simulator } from "../../simulator.ts";

const sizes = {
  batch: 2,
  length: 12,
  memory: 5,
  heads: 3,
  kv: 4,
  embd: 3,
  hidden: 2,
  hidden_in: 2,
  vocab: 5,
} as const;

/** Dims of what tests of layers are about. */
export const dims: { readonly [N in keyof typeof sizes]: mtf.Dimension<N> } = mtf.defineDims(sizes);

export type Numbers = readonly number[];

/** What a function gives with these numbers, which is the same on one device and split. */
export async function given(
  fn: (...xs: never[]) => AnyTensor,
  inputs: readonly (readonly [AnyTensor, Numbers])[],
): Promise<number[]> {
  const found: number[][] = [];
  for (const rules of [{}, { length: "a", hidden: "b", batch: "b", vocab: "b", memory: "b" }]) {
    const mesh = mtf.defineMesh({ a: 2, b: 2 });
    const layout = mtf.defineLayout({ dims, mesh, rules: rules as never });
    const devices = await simulator(mesh, { backend: "reference" });
    const program = mtf.lower(fn as never, { layout, inputs: inputs.map(([x]) => x) as never });
    const run = (await devices.load(program)) as unknown as (
      ...xs: unknown[]
    ) => Promise<{ read(): Promise<ArrayLike<number>> }>;
    const result = await run(...inputs.map(([x, data]) => arrayFor(x, data)));
    found.push([...Array.from(await result.read())]);
    await devices.close();
  }
  close(found[1]!, found[0]!);
  return found[0]!;
}

const arrayFor = ({ dtype }: AnyTensor, data: Numbers) =>
  dtype === "int32" ? Int32Array.from(data) : Float32Array.from(data);

export function close(found: Numbers, wanted: Numbers): void {
  expect(found.length).toBe(wanted.length);
  found.forEach((x, i) => {
    expect(x).toBeCloseTo(wanted[i]!, 5);
  });
}

let seed = 1;
/** An input with numbers. */
export function drawn(...of: readonly mtf.Dimension[]): readonly [AnyTensor, number[]] {
  const x = mtf.placeholder(of) as AnyTensor;
  const size = dimsOf(x).reduce((n, d) => n * d.size, 1);
  const k = seed++;
  return [x, Array.from({ length: size }, (_, i) => Math.fround(Math.sin(7 * i * i + k)))];
}
