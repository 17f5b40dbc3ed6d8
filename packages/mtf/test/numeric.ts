import { evaluate } from "../src/backend/reference/evaluate.ts";
import { elements } from "../src/dimension.ts";
import type { HostArray } from "../src/dtype.ts";
import { type AnyTensor, dimsOf } from "../src/graph/tensor.ts";
import { grad, mul, sum } from "../src/index.ts";
import { constant } from "../src/ops/constant/constant.ts";
import { apply } from "../src/ops/elementwise/apply.ts";
import { trace } from "../src/trace.ts";

/** Numbers in (-1, 1) without structure, the same for every run. */
export function numbers(count: number, seed = 1): Float64Array {
  let state = Math.imul(seed, 0x9e3779b1) | 1;
  return Float64Array.from({ length: count }, () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d);
    state = Math.imul(state ^ (state >>> 12), 0x297a2d39) + 0x6d2b79f5;
    return ((state ^ (state >>> 15)) >>> 0) / 2 ** 31 - 1;
  });
}

export type Fn = (...xs: AnyTensor[]) => readonly AnyTensor[];

/** What a function of tensors gives for numbers. */
export function compute(
  fn: Fn,
  inputs: readonly AnyTensor[],
  data: readonly ArrayLike<number>[],
): HostArray[] {
  return evaluate(trace(fn, inputs as AnyTensor[]).graph, data);
}

/** A scalar that depends on every float of the results, each with its own weight. */
export function weighed(results: readonly AnyTensor[]): AnyTensor {
  const terms = results
    .filter((x) => x.dtype === "float32")
    .map((x, i) => {
      const dims = dimsOf(x);
      const weights = constant([...numbers(elements(dims), i + 7)], dims) as AnyTensor;
      return sum(mul(x as never, weights as never) as never) as unknown as AnyTensor;
    });
  return terms.length > 1 ? apply("add", ...terms) : terms[0]!;
}

/** The gradients of `weighed` results with respect to the float inputs, as a function of all. */
export function gradientOf(fn: Fn): Fn {
  return (...xs) => {
    const floats = xs.filter((x) => x.dtype === "float32");
    const loss = (given: readonly AnyTensor[]) => {
      let next = 0;
      return weighed(fn(...xs.map((x) => (x.dtype === "float32" ? given[next++]! : x))));
    };
    return grad(loss as never)(floats as never) as readonly AnyTensor[];
  };
}

/**
 * The largest difference between gradients and central differences, relative to the largest
 * gradient, over all elements of all float inputs. In float64 with a step of 1e-5 the differences
 * themselves are good to about 1e-9.
 */
export function gradientError(
  fn: Fn,
  inputs: readonly AnyTensor[],
  data: readonly ArrayLike<number>[],
): number {
  const gradients = compute(gradientOf(fn), inputs, data);
  const { graph } = trace((...xs: AnyTensor[]) => weighed(fn(...xs)), inputs as AnyTensor[]);
  const step = 1e-5;
  let worst = 0;
  let scale = 1;
  let next = 0;
  inputs.forEach((x, i) => {
    if (x.dtype !== "float32") return;
    const gradient = gradients[next++]!;
    gradient.forEach((slope: number, j: number) => {
      const at = (offset: number) => {
        const moved = data.map((d, k) => (k === i ? Float64Array.from(d) : d));
        (moved[i] as Float64Array)[j]! += offset;
        return evaluate(graph, moved)[0]![0]!;
      };
      const difference = (at(step) - at(-step)) / (2 * step);
      worst = Math.max(worst, Math.abs(slope - difference));
      scale = Math.max(scale, Math.abs(slope));
    });
  });
  return worst / scale;
}
