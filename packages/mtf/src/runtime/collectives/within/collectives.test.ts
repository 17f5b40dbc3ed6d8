import { expect, test } from "vitest";
import { referenceBackend } from "../../../backend/reference/index.ts";
import { defineMesh } from "../../../mesh.ts";
import type { Move, Value } from "../../../program/program.ts";
import { makeDevice } from "../../execute/device.ts";
import { aValue, origin } from "../../testing/programs.ts";
import { withinArrays } from "../../testing/withinArrays.ts";
import type { Collectives } from "../collectives.ts";
import { withinBackend } from "./collectives.ts";

const mesh = defineMesh({ x: 2, y: 2 });
const dims = [{ name: "a", size: 4 }];
const whole = aValue(dims);
const split = aValue(dims, { split: { a: ["x"] }, partial: [] });

/** What device 2, which shares its backend with device 3, does of a move along some axes. */
function bound(operand: Value, result: Value, axes: readonly string[]) {
  const reference = referenceBackend();
  const backend = { ...reference, within: withinArrays(reference) };
  const elsewhere = () => Promise.resolve();
  const others: Collectives = {
    reduce: () => [elsewhere],
    move: () => [elsewhere, elsewhere, elsewhere],
    barrier: () => elsewhere,
    broadcast() {},
  };
  const reaching = withinBackend(mesh, [2, 3], backend, others);
  const device = makeDevice(mesh, 2, backend);
  const values = [operand, result];
  const numbers = operand === whole ? Float32Array.of(0, 1, 2, 3) : Float32Array.of(2, 3);
  const slots = [backend.upload(numbers, [numbers.length], "float32"), undefined];
  const frame = { device, values, slots };
  const move: Move = {
    ...{ kind: "move", name: "exchange", axes, operands: [0], offsets: [{}], fill: 0, result: 1 },
    origin,
  };
  const moving = { device, slots, frame, values, part: 0, alone: true };
  const phases = reaching.move(move, moving, false);
  const made = () => [...backend.view(frame.slots[1]!)!];
  return { phases, barrier: reaching.barrier(axes, device), made };
}

test("devices of one backend need no barrier, and groups with others are left to others", () => {
  const here = bound(split, split, ["y"]);
  expect([here.phases.length, here.barrier]).toEqual([1, undefined]);
  const there = bound(split, whole, ["x"]);
  expect([there.phases.length, there.barrier !== undefined]).toEqual([3, true]);
});

test("where nobody lacks anything there is one phase, whoever is here", () => {
  const { phases, made } = bound(whole, split, ["x"]);
  expect(phases).toHaveLength(1);
  void phases[0]!();
  expect(made()).toEqual([2, 3]);
});
