import { describe, expect, expectTypeOf, it } from "vitest";
import { compute } from "../test/numeric.ts";
import * as mtf from "./index.ts";

const { a, b } = mtf.defineDims({ a: 2, b: 3 });
const tree = {
  w: mtf.placeholder([a, b]),
  more: [mtf.placeholder([b]), mtf.placeholder()] as const,
};

describe("mapTensors", () => {
  it("keeps the tree and its type", () => {
    const halves = mtf.mapTensors((x) => mtf.mul(x, 0.5), tree);
    expectTypeOf(halves).toEqualTypeOf<typeof tree>();
    expect(mtf.leavesOf(halves, mtf.isTensor).map(([path, x]) => [path, ...x.names])).toEqual([
      ["w", "a", "b"],
      ["more/0", "b"],
      ["more/1"],
    ]);
  });

  it("goes through several trees side by side", () => {
    const step = (p: { w: mtf.Tensor<"a"> }, g: typeof p, m: typeof p) =>
      mtf.mapTensors((x, slope, mean) => mtf.add(mtf.sub(x, mtf.mul(slope, 2)), mean), p, g, m);
    const inputs = [1, 2, 3].map(() => mtf.placeholder([a]) as mtf.AnyTensor);
    const fn = (...[p, g, m]: mtf.AnyTensor[]) => {
      const [x, y, z] = [p, g, m].map((w) => ({ w: w as never }));
      return [step(x!, y!, z!).w as mtf.AnyTensor];
    };
    expect(
      compute(fn, inputs, [
        [1, 2],
        [10, 20],
        [100, 200],
      ]).map((x) => [...x]),
    ).toEqual([[81, 162]]);
  });

  it("takes the dtypes of the tree", () => {
    const counts = { step: mtf.placeholder([a], "int32") };
    expectTypeOf(mtf.mapTensors((n) => mtf.add(n, 1), counts)).toEqualTypeOf<typeof counts>();
    // @ts-expect-error the tree would have other dims
    void (() => mtf.mapTensors((x) => mtf.sum(x), tree));
    // @ts-expect-error the tree would have another dtype
    void (() => mtf.mapTensors((x) => mtf.cast(x, "int32"), tree));
    // @ts-expect-error there is no second tree
    void (() => mtf.mapTensors((x, y) => mtf.add(x, y), tree));
  });

  it("refuses trees that differ, and what is no tensor", () => {
    const less = { w: tree.w };
    expect(() => mtf.mapTensors((x, y) => mtf.add(x, y), tree, less as never)).toThrow(
      "[wrong-input] mapTensors: the trees differ: where one has 'more/0', another has nothing.",
    );
    expect(() => mtf.mapTensors((() => 1) as never, tree)).toThrow(
      "[bad-argument] mapTensors: the function gave number for 'w', not a tensor.",
    );
  });
});
