import fc from "fast-check";
import { expect, test } from "vitest";
import { coordinatesAlong, defineMesh } from "../mesh.ts";
import { draws } from "../testing/draws.ts";
import { heldAlready, type MovedDim } from "./heldAlready.ts";
import { sameCuts } from "./localReshape.ts";
import { overlap, rangeOf } from "./placement.ts";

const names = ["x", "y", "z"] as const;

const meshes = fc
  .tuple(
    fc.integer({ min: 1, max: 17 }),
    fc.integer({ min: 1, max: 5 }),
    fc.integer({ min: 1, max: 3 }),
  )
  .map(([x, y, z]) => defineMesh({ x, y, z }));

/** Dims that axes cut before and after, each axis one dim at most, in any nesting. */
const moved = fc
  .array(
    fc.record({
      size: fc.integer({ min: 1, max: 40 }),
      longer: fc.integer({ min: -5, max: 5 }),
      offset: fc.integer({ min: -12, max: 12 }),
      aligned: fc.boolean(),
    }),
    { minLength: 1, maxLength: 3 },
  )
  .chain((dims) => {
    const cuts = fc.tuple(
      fc.shuffledSubarray([...names]),
      fc.tuple(...names.map(() => fc.nat(dims.length - 1))),
    );
    return fc.tuple(cuts, cuts).map(([before, after]) =>
      dims.map(({ size, longer, offset, aligned }, i): MovedDim => {
        const axesIn = ([axes, to]: typeof before) => axes.filter((_, at) => to[at] === i);
        return {
          before: { size, axes: axesIn(before) },
          after: { size: aligned ? size : Math.max(1, size + longer), axes: axesIn(after) },
          offset: aligned ? 0 : offset,
        };
      }),
    );
  });

test("what devices hold already is what they do one by one", () => {
  fc.assert(
    fc.property(meshes, moved, (mesh, dims) => {
      const axes = names.filter((axis) =>
        dims.some(({ before, after }) => [...before.axes, ...after.axes].includes(axis)),
      );
      let sum = 0;
      for (const at of coordinatesAlong(mesh, axes)) {
        const shares = dims.map(({ before, after, offset }) => {
          const needed = rangeOf(after.size, after.axes, mesh, at);
          const held = rangeOf(before.size, before.axes, mesh, at);
          return overlap({ begin: needed.begin + offset, size: needed.size }, held).size;
        });
        sum += shares.reduce((product, n) => product * n, 1);
      }
      expect(heldAlready(dims, axes, mesh)).toBe(sum);
    }),
    { numRuns: draws(2000) },
  );
});

test("cuts of two sizes are the same where they are on every device", () => {
  const size = fc.integer({ min: 1, max: 12 });
  fc.assert(
    fc.property(
      meshes,
      fc.shuffledSubarray([...names]),
      size,
      size,
      fc.boolean(),
      (mesh, axes, a, b, same) => {
        const [before, after] = [same ? a * b : a, same ? a * b : b];
        const [x, y] = [after, before];
        const expected = coordinatesAlong(mesh, axes).every((at) => {
          const [p, q] = [rangeOf(before, axes, mesh, at), rangeOf(after, axes, mesh, at)];
          return p.begin * x === q.begin * y && p.size * x === q.size * y;
        });
        expect(sameCuts(before, after, axes, mesh)).toBe(expected);
      },
    ),
    { numRuns: draws(1000) },
  );
});
