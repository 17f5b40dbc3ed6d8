import * as fc from "fast-check";
import { expect } from "vitest";
import { bindArrays } from "../../src/backend/arrays/bind.ts";
import type { Backend } from "../../src/backend/backend.ts";
import type { HostArray } from "../../src/dtype.ts";
import { volume } from "../../src/program/placement.ts";
import { type CaseOptions, dataOf, type KernelCase, kernelCases } from "./kernelCases.ts";

const unit = 2 ** -23;

/**
 * How far a float32 result may be from the float64 one: 16 units in the last place for functions of
 * an element and 4 for every term of a sum, of the largest number that occurs on the way.
 */
export function tolerance(given: KernelCase, expected: readonly HostArray[]): number {
  const larger = (most: number, x: number) =>
    Number.isFinite(x) ? Math.max(most, Math.abs(x)) : most;
  const largest = (arrays: readonly HostArray[]) =>
    arrays.reduce((most, numbers) => (numbers as Float32Array).reduce(larger, most), 1);
  const here = given.operands.map((o) => o.slice).concat(given.results);
  const terms = Math.max(...here.map((slice) => volume(slice.box)));
  // Products of two operands, and in a layer norm's gradient of three.
  const factors = {
    adam: 2,
    convolution: 2,
    einsum: 2,
    layerNorm: 2,
    softmaxGrad: 2,
    crossEntropyGrad: 2,
    layerNormGrad: 4,
    flashAttention: 3,
    flashAttentionGrad: 4,
    pagedAttention: 3,
    maskedAttention: 3,
  };
  const degree = (factors as Record<string, number>)[given.op.kind] ?? 1;
  // Keys and labels are not what is rounded.
  const floats = dataOf(given).filter((data) => data instanceof Float32Array);
  const magnitude = Math.max(largest(floats) ** degree, largest(expected));
  return unit * (16 + 4 * terms) * magnitude;
}

export interface CheckOptions extends CaseOptions {
  readonly runs?: number;
  readonly seed?: number;
}

/**
 * Compares a backend with the reference on random cases, and asserts that it leaks nothing and
 * leaves its operands alone.
 *
 * @example
 * await checkBackend(await cpuBackend(), { kinds: ["einsum"], runs: 500 });
 */
export async function checkBackend(backend: Backend, options: CheckOptions = {}): Promise<void> {
  const { runs = 300, seed } = options;
  const property = fc.asyncProperty(kernelCases(options), (given) =>
    checkCase(backend, given, options.finite),
  );
  // Cases are small as drawn; shrinking what a function drew takes minutes.
  const endOnFailure = true;
  await fc.assert(property, {
    numRuns: runs,
    endOnFailure,
    ...(seed === undefined ? {} : { seed }),
  });
}

/**
 * Compares a backend with the reference on one case.
 *
 * @param finite whether it may give what it likes where the reference gives NaN or an infinity
 */
export async function checkCase(
  backend: Backend,
  given: KernelCase,
  finite = false,
): Promise<void> {
  const before = backend.memory();
  const expected = given.results.map((slice) =>
    slice.dtype === "float32" ? new Float64Array(volume(slice.box)) : hostResult(slice),
  );
  const slices = given.operands.map((operand) => operand.slice);
  bindArrays(given.op, slices, given.results)(dataOf(given), expected);

  const operands = given.operands.map(({ slice, data }) => {
    const shape = slice.box.map((range) => range.size);
    return backend.upload(data, shape, slice.dtype);
  });
  const kernel = backend.bind(given.op, slices, given.results, []);
  const bound = tolerance(given, expected);
  // Twice, since a kernel may keep something between calls.
  for (let run = 0; run < 2; run++) {
    const results = await kernel(operands);
    expect(results.length).toBe(given.results.length);
    for (const [i, result] of results.entries()) {
      const slice = given.results[i]!;
      expect(result.shape).toEqual(slice.box.map((range) => range.size));
      expect(result.dtype).toBe(slice.dtype);
      const actual = await backend.read(result);
      expectClose(actual, expected[i]!, slice.dtype === "float32" ? bound : 0, finite);
    }
    for (const result of new Set(results)) if (!operands.includes(result)) backend.dispose(result);
  }
  for (const [i, operand] of operands.entries()) {
    expectClose(await backend.read(operand), given.operands[i]!.data, 0);
    backend.dispose(operand);
  }
  expect(backend.memory()).toEqual(before);
}

function hostResult(slice: {
  readonly dtype: string;
  readonly box: KernelCase["results"][0]["box"];
}) {
  return slice.dtype === "int32"
    ? new Int32Array(volume(slice.box))
    : new Uint8Array(volume(slice.box));
}

function expectClose(actual: HostArray, expected: HostArray, bound: number, finite = false): void {
  expect(actual.length).toBe(expected.length);
  for (const [i, value] of expected.entries()) {
    const other = actual[i]!;
    const same = other === value || (Number.isNaN(other) && Number.isNaN(value));
    if (finite && !Number.isFinite(value)) continue;
    if (same || Math.abs(other - value) <= bound) continue;
    throw new Error(`element ${i} is ${other} instead of ${value} (within ${bound}): [${actual}]`);
  }
}
