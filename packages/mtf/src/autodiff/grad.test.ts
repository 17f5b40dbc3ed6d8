import { describe, expect, it } from "vitest";
import { compute } from "../../test/numeric.ts";
import { nodesOf } from "../graph/graph.ts";
import type { Scalar, Tensor } from "../graph/tensor.ts";
import {
  add,
  constant,
  defineDims,
  einsum,
  grad,
  mean,
  mul,
  placeholder,
  square,
  stopGradient,
  sum,
  trace,
  valueAndGrad,
} from "../index.ts";

const { a, b } = defineDims({ a: 2, b: 3 });
const scalar = placeholder();

/** What a function of a scalar gives for a number. */
function at(fn: (x: Scalar) => Scalar, x: number): number {
  return compute(((given: Scalar) => [fn(given)]) as never, [scalar as never], [[x]])[0]![0]!;
}

describe("grad", () => {
  it("differentiates what it gives, again and again", () => {
    const cube = (x: Scalar) => mul(mul(x, x), x);
    expect(at(grad(cube), 2)).toBe(12);
    expect(at(grad(grad(cube)), 2)).toBe(12);
    expect(at(grad(grad(grad(cube))), 2)).toBe(6);
    expect(at(grad(grad(grad(grad(cube)))), 2)).toBe(0);
  });

  it("takes what a function closes over for a constant, even the argument's own value", () => {
    expect(at((x) => grad((y: Scalar) => mul(y, x))(x), 5)).toBe(5);
    expect(
      at(
        grad((x: Scalar) => grad((y: Scalar) => mul(mul(y, x), y))(x)),
        5,
      ),
    ).toBe(20);
  });

  it("tells one tensor given twice apart", () => {
    const product = (pair: { left: Scalar; right: Scalar }) => mul(square(pair.left), pair.right);
    const both = (x: Scalar) => grad(product)({ left: x, right: x });
    expect(at((x) => both(x).left, 3)).toBe(18);
    expect(at((x) => both(x).right, 3)).toBe(9);
  });

  it("gives zeros where the loss does not depend on a parameter", () => {
    const unused = { used: placeholder([a]), unused: placeholder([b]) };
    const { graph, result } = trace(
      grad((p: typeof unused) => sum(p.used)),
      [unused],
    );
    expect(result.unused.names).toEqual(["b"]);
    expect(nodesOf({ ...graph, outputs: [result.unused as never] })[0]!.kind).toBe("fill");
  });

  it("stops at stopGradient", () => {
    expect(
      at(
        grad((x: Scalar) => mul(x, stopGradient(x))),
        3,
      ),
    ).toBe(3);
  });

  it("gives gradients whose dims are stored as the parameters'", () => {
    const weight = placeholder([a, b]);
    const other = placeholder([b, a]);
    const fn = (w: typeof weight, o: typeof other) => sum(mul(o, w));
    expect(trace(grad(fn), [weight, other]).result.names).toEqual(["a", "b"]);
  });

  it("hands back what comes with the loss", () => {
    const fn = (x: Scalar) => [square(x), { twice: mul(x, 2) }] as const;
    expect(at((x) => valueAndGrad(fn, { aux: true })(x)[2].twice, 4)).toBe(8);
    expect(at((x) => valueAndGrad(fn, { aux: true })(x)[1], 4)).toBe(8);
  });

  it("adds the cotangents of one value once, before they are used", () => {
    const fn = (x: Tensor<"a">) => {
      const y = mul(x, 3);
      return sum(add(add(mul(y, y), mul(y, 2)), y));
    };
    const { graph } = trace(grad(fn), [placeholder([a])]);
    const added = nodesOf(graph).filter(
      (n) => n.kind === "elementwise" && n.attributes.fn === "add" && n.pass === "backward",
    );
    expect(added.map((n) => n.operands.length)).toEqual([4]);
  });

  it("says which line asked for a gradient's nodes", () => {
    const weight = constant([1, 2, 3, 4, 5, 6], [a, b]);
    const fn = (x: Tensor<"a">) => mean(einsum(x, weight, "b"));
    const { graph } = trace(grad(fn), [placeholder([a])]);
    const products = nodesOf(graph).filter((n) => n.kind === "einsum");
    expect(products.map((n) => n.pass)).toEqual(["forward", "backward"].slice(1));
    expect(products[0]!.line).toMatch(/^grad\.test\.ts:\d+$/);
  });
});
