import fc from "fast-check";
import { expect, test } from "vitest";
import type { Dimension } from "../../dimension.ts";
import { coordinateOf, defineMesh, type Mesh } from "../../mesh.ts";
import { type Box, boxOf, volume } from "../../program/placement.ts";
import type { Move, Value } from "../../program/program.ts";
import { fromPlaces, markOf, runOne, stagings } from "../testing/hosted.ts";
import { fill, type MoveCase, moves } from "../testing/moves.ts";
import { aValue, origin } from "../testing/programs.ts";

const boxIn = ({ dims, placement }: Value, mesh: Mesh, device: number): Box =>
  boxOf(dims, placement, mesh, coordinateOf(mesh, device));

const inside = (box: Box, place: readonly number[]) =>
  box.every(({ begin, size }, d) => place[d]! >= begin && place[d]! < begin + size);

/** The place in the operand of a place in the result. */
function sourceOf({ values, move }: MoveCase, place: readonly number[]): readonly number[] {
  const names = values[1]!.dims.map((d) => d.name);
  return values[0]!.dims.map(
    (d) => place[names.indexOf(d.name)]! + (move.offsets[0]![d.name] ?? 0),
  );
}

const whole = (dims: readonly Dimension[]): Box => dims.map((d) => ({ begin: 0, size: d.size }));

test("whatever moves arrives, and nothing moves that is there", async () => {
  await fc.assert(
    fc.asyncProperty(moves(fc.boolean()), stagings, async (spec, staging) => {
      const { mesh, values, move } = spec;
      const [operand, result] = values as [Value, Value];
      const ran = await runOne(
        mesh,
        values,
        move,
        (_, __, box) => fromPlaces("float32", box, (place) => markOf(operand.dims, place)),
        staging,
      );
      let missing = 0;
      for (let device = 0; device < mesh.size; device++) {
        const expected = fromPlaces("float32", boxIn(result, mesh, device), (place) => {
          const source = sourceOf(spec, place);
          if (!inside(whole(operand.dims), source)) return fill;
          if (!inside(boxIn(operand, mesh, device), source)) missing++;
          return markOf(operand.dims, source);
        });
        expect([...ran.slices[device]!]).toEqual([...expected]);
      }
      expect(ran.received).toBe(4 * missing);
      expect(ran.leaked).toBe(0);
    }),
    { numRuns: 400 },
  );
});

test.each(["memory", "messages", "hosts", "backend"] as const)(
  "several operands become one, each from where it is: %s",
  async (by) => {
    const mesh = defineMesh({ x: 3 });
    const split = { split: { a: ["x"] }, partial: [] };
    const values = [
      aValue([{ name: "a", size: 4 }], split),
      aValue([{ name: "a", size: 3 }], split),
    ];
    const move: Move = {
      kind: "move",
      name: "exchange",
      axes: ["x"],
      operands: [0, 1],
      offsets: [{ a: -1 }, { a: -6 }],
      fill: 0,
      result: 2,
      origin,
    };
    const { slices } = await runOne(
      mesh,
      [...values, aValue([{ name: "a", size: 10 }], split)],
      move,
      (value, _, box) => fromPlaces("float32", box, ([at]) => 10 * (value + 1) + at!),
      { stagingBytes: 16, visible: true, by, apart: false },
    );
    expect(slices.map((slice) => [...slice])).toEqual([
      [0, 10, 11, 12],
      [13, 0, 20],
      [21, 22, 0],
    ]);
  },
);

test.each(["memory", "messages", "hosts", "backend"] as const)(
  "an all-gather receives (n - 1) S, in uneven slices and small windows: %s",
  async (by) => {
    const mesh = defineMesh({ x: 4, y: 2 });
    const dims = [
      { name: "a", size: 3 },
      { name: "b", size: 13 },
    ];
    const move: Move = {
      kind: "move",
      name: "all-gather",
      axes: ["x"],
      operands: [0],
      offsets: [{}],
      fill: 0,
      result: 1,
      origin,
    };
    const values = [aValue(dims, { split: { b: ["x"] }, partial: [] }), aValue(dims)];
    const ran = await runOne(
      mesh,
      values,
      move,
      (_, __, box) => fromPlaces("float32", box, (place) => markOf(dims, place)),
      { stagingBytes: 32, visible: true, by, apart: false },
    );
    expect(ran.received).toBe(2 * 3 * 4 * 3 * 13);
    expect(volume(whole(dims))).toBe(39);
  },
);
