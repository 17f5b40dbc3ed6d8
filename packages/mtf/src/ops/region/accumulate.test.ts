import { describe, expect, it } from "vitest";
import { compute, numbers } from "../../../test/numeric.ts";
import { nodesOf } from "../../graph/graph.ts";
import type { AnyTensor, Tensor } from "../../graph/tensor.ts";
import {
  accumulate,
  add,
  cast,
  defineDims,
  einsum,
  iota,
  mapOver,
  mean,
  mul,
  placeholder,
  square,
  sum,
  tanh,
  trace,
  valueAndGrad,
} from "../../index.ts";

const { micro, batch, embd } = defineDims({ micro: 3, batch: 2, embd: 4 });
const x = placeholder([micro, batch, embd]);
const w = placeholder([embd]);
const inputs = [x, w] as unknown as AnyTensor[];
const data = [numbers(24, 1), numbers(4, 2)];
type Fn = (...xs: AnyTensor[]) => AnyTensor[];

const loss = (weight: Tensor<"embd">, part: Tensor<"batch" | "embd">) =>
  mean(square(tanh(einsum(part, weight, "batch"))));

describe("accumulate", () => {
  it("gives loss and gradient of a batch from those of its parts", () => {
    const parts = (all: typeof x, weight: typeof w) =>
      accumulate(micro, (part) => valueAndGrad(loss)(weight, part), all);
    const whole = (all: typeof x, weight: typeof w) =>
      valueAndGrad((weight2: typeof w) =>
        mul(mean(square(tanh(einsum(all, weight2, "micro", "batch")))), 3),
      )(weight);
    const [left, right] = [parts, whole].map((fn) => compute(fn as never as Fn, inputs, data));
    left!.forEach((array, i) => {
      array.forEach((n: number, j: number) => {
        expect(n).toBeCloseTo(right![i]![j]!, 13);
      });
    });
  });

  it("makes one node, whose body is computed again for the gradient and nothing else is", () => {
    const fn = (weight: typeof w, all: typeof x) =>
      accumulate(micro, (part) => loss(weight, part), all);
    const { graph } = trace(valueAndGrad(fn), [w, x]);
    const loops = nodesOf(graph).filter((n) => n.kind === "region");
    expect(loops.map((n) => n.pass)).toEqual(["forward", "backward"]);
    expect(loops[1]!.results.map((r) => r.dims.map((d) => d.name))).toEqual([["embd"]]);
    expect(loops[1]!.operands.map((o) => o.names)).toEqual([
      ["micro", "batch", "embd"],
      ["embd"],
      [],
    ]);
  });

  it("tells the body which index it is at", () => {
    const fn = (all: typeof x) =>
      accumulate(micro, (part, index) => mul(sum(part), cast(index, "float32")), all, iota(micro));
    const [total] = compute(fn as never as Fn, inputs.slice(0, 1), [new Float64Array(24).fill(1)]);
    expect(total![0]).toBe(8 * (0 + 1 + 2));
  });

  it("gives a result that does not depend on the index as often as there are indices", () => {
    const fn = (all: typeof x, weight: typeof w) => accumulate(micro, () => weight, all);
    const [result] = compute(fn as never as Fn, inputs, data);
    result!.forEach((n: number, i: number) => {
      expect(n).toBeCloseTo(3 * data[1]![i]!, 14);
    });
  });
});

describe("mapOver", () => {
  it("puts results together along the dim, in trees and of any dtype", () => {
    const fn = (all: typeof x, weight: typeof w) => {
      const { shifted, small } = mapOver(
        micro,
        (part) => ({ shifted: add(part, weight), small: cast(part, "bool") }),
        all,
      );
      return [shifted, small];
    };
    const direct = (all: typeof x, weight: typeof w) => [add(all, weight), cast(all, "bool")];
    expect(compute(fn as never as Fn, inputs, data)).toEqual(
      compute(direct as never as Fn, inputs, data),
    );
  });
});

describe("a dim of one", () => {
  const one = defineDims({ micro: 1 }).micro;
  const only = placeholder([one, batch, embd]);
  const part = numbers(8, 3);

  it("needs no loop around the one run", () => {
    const fn = (all: typeof only, weight: typeof w) => [
      accumulate(one, (slice) => loss(weight, slice), all),
      mapOver(one, (slice) => loss(weight, slice), all),
    ];
    const { graph } = trace(fn, [only, w] as const);
    expect(nodesOf(graph).some((node) => node.kind === "region")).toBe(false);
    const results = compute(fn as unknown as Fn, [only, w] as never, [part, data[1]!]);
    const plain = (all: Tensor<"batch" | "embd">, weight: typeof w) => [loss(weight, all)];
    const spec = [placeholder([batch, embd]), w] as never;
    const [expected] = compute(plain as unknown as Fn, spec, [part, data[1]!]);
    expect(results).toEqual([expected, expected]);
  });
});
