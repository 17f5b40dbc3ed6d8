import { expect, test } from "vitest";
import { livenessOf } from "./liveness.ts";
import type { Instruction, Origin, Program, Reduce, Value } from "./program.ts";

const origin: Origin = { line: "model.ts:1", pass: "forward", cause: "test" };
const value: Value = { dims: [], dtype: "float32", placement: { split: {}, partial: [] } };

const add = (operands: number[], ...results: number[]): Instruction => ({
  kind: "compute",
  op: { kind: "elementwise", attributes: { fn: "add", scalars: operands.map(() => null) } },
  operands,
  results,
  origin,
});

function program(instructions: Instruction[], donated: number[], outputs: number[]): Program {
  return {
    mesh: {},
    values: Array.from({ length: 12 }, () => value),
    inputs: [0, 1].map((v) => ({ path: `${v}`, value: v, donated: donated.includes(v) })),
    outputs: outputs.map((v) => ({ path: `${v}`, value: v })),
    instructions,
  };
}

test("a value dies with its last use, or at once", () => {
  const { instructions } = livenessOf(
    program([add([0, 1], 2), add([2, 2], 3, 4), add([2, 3], 5)], [0], [5]),
  );
  expect(instructions.map(({ dies, reuse }) => ({ dies, reuse }))).toEqual([
    { dies: [0], reuse: [0] },
    { dies: [4], reuse: [] },
    { dies: [2, 3], reuse: [0, 1] },
  ]);
});

test("what is the caller's does not die, what nobody wants is unused", () => {
  const { unused, instructions } = livenessOf(program([add([0], 2)], [0, 1], [2, 0]));
  expect(unused).toEqual([1]);
  expect(instructions[0]!.dies).toEqual([]);
});

test("what is under way is held until it is waited for, and not written over", () => {
  const collective: Reduce = {
    ...{
      kind: "reduce",
      name: "all-reduce",
      fn: "sum",
      axes: ["x"],
      operand: 0,
      result: 2,
      origin,
    },
  };
  const start: Instruction = { kind: "start", collective, origin };
  const wait: Instruction = { kind: "wait", operands: [0], results: [2], origin };
  const { instructions } = livenessOf(program([start, add([0, 1], 3), wait], [0], [3]));
  expect(instructions.map(({ dies, reuse }) => ({ dies, reuse }))).toEqual([
    { dies: [], reuse: [] },
    { dies: [], reuse: [] },
    { dies: [0, 2], reuse: [] },
  ]);
});

test("in a loop, what is bound stays and what is collected is taken", () => {
  const loop: Instruction = {
    kind: "region",
    rounds: { kind: "each", dim: { name: "step", size: 3 }, reverse: false },
    carried: [],
    sliced: [{ outer: 0, inner: 2 }],
    constant: [{ outer: 1, inner: 3 }],
    body: [add([2, 3], 4), add([4, 3], 5)],
    summed: [{ outer: 6, inner: 5 }],
    stacked: [],
    origin,
  };
  const { instructions } = livenessOf(program([loop], [0, 1], [6]));
  expect(instructions[0]!.dies).toEqual([0, 1]);
  expect(instructions[0]!.bodies[0]!.map(({ dies, reuse }) => ({ dies, reuse }))).toEqual([
    { dies: [2], reuse: [0] },
    { dies: [4], reuse: [0] },
  ]);
});
