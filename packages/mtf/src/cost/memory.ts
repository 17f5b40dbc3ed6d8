import type { Op } from "../graph/kinds.ts";
import { type Coordinate, coordinateOf, defineMesh } from "../mesh.ts";
import { rules } from "../ops/rules.ts";
import { bodiesOf } from "../program/bodies.ts";
import { type Lifetime, livenessOf } from "../program/liveness.ts";
import { programArgument } from "../program/lowered.ts";
import { boxOf } from "../program/placement.ts";
import {
  enteringOf,
  type Instruction,
  leavingOf,
  type Program,
  type Region,
} from "../program/program.ts";
import { bytesAtRest } from "../rest/bytes.ts";

/** The bytes a device holds in one run of a program, scratch space of kernels and staging apart. */
export interface MemoryPlan {
  /** Arguments, which are there before the run. */
  readonly inputBytes: number;
  readonly outputBytes: number;
  /** The most held at any time, arguments included. */
  readonly peakBytes: number;
  /** Bytes held while each instruction runs; a region counts with its body's peak. */
  readonly timeline: readonly number[];
}

/**
 * What a program will hold on the device with the largest slices, from the lives of its values.
 *
 * @example
 * memoryPlan(train.program).peakBytes; // 1,052,672
 */
export function memoryPlan(program: Program): MemoryPlan {
  programArgument("memoryPlan", "program", program);
  return memoryAt(program, largestAt(program));
}

/** Whose slices are the largest: the first device's, as what is left over goes to the first parts. */
export function largestAt({ mesh }: Pick<Program, "mesh">): Coordinate {
  return coordinateOf(defineMesh(mesh), 0);
}

/** What a program will hold on the device at a coordinate. */
export function memoryAt(program: Program, coordinate: Coordinate): MemoryPlan {
  const sizes = slicesAt(program, coordinate);
  const { held, ...bytes } = heldIn(program, sizes);
  const outputBytes = program.outputs.reduce((sum, output) => sum + sizes[output.value]!, 0);
  return { ...bytes, outputBytes, timeline: held.map((time) => time.bytes) };
}

/** The bytes of a program's arguments on the device with the largest slices: it never holds less. */
export function inputBytes({ mesh, values, inputs }: Program): number {
  const given = inputs.map(({ value }) => values[value]!);
  const sizes = slicesAt({ mesh, values: given }, largestAt({ mesh }));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}

/** The bytes that the device at a coordinate needs for each value of a program. */
export function slicesAt(
  { mesh: axes, values }: Pick<Program, "mesh" | "values">,
  coordinate: Coordinate,
): number[] {
  const mesh = defineMesh(axes);
  return values.map(({ dims, dtype, rest, placement }) => {
    const box = boxOf(dims, placement, mesh, coordinate);
    return bytesAtRest({ dtype, rest, dims: dims.map((d, i) => ({ ...d, size: box[i]!.size })) });
  });
}

/** What is held while an instruction runs, and of a region while each of its bodies' does. */
export interface Held {
  readonly bytes: number;
  readonly bodies: readonly (readonly Held[])[];
}

/** What a device holds in a run of a program, given the bytes of its values. */
export function heldIn(
  program: Program,
  sizes: readonly number[],
): Pick<MemoryPlan, "inputBytes" | "peakBytes"> & { readonly held: readonly Held[] } {
  const liveness = livenessOf(program);
  const rests = program.values.map(({ rest }) => rest !== undefined);
  const heap = newHeap(sizes, rests);
  for (const input of program.inputs) allocate(heap, input.value);
  const given = heap.held;
  for (const value of liveness.unused) release(heap, value);
  const held = run(heap, program.instructions, liveness.instructions);
  return { inputBytes: given, peakBytes: heap.peak, held };
}

/** Which values share which memory, and how much is held. */
interface Heap {
  readonly sizes: readonly number[];
  /** Which values rest narrow: they lie in memory of their own kind. */
  readonly rests: readonly boolean[];
  /** The value whose memory a value lies in. */
  readonly home: Map<number, number>;
  readonly sharers: Map<number, number>;
  held: number;
  peak: number;
}

function newHeap(sizes: readonly number[], rests: readonly boolean[]): Heap {
  return { sizes, rests, home: new Map(), sharers: new Map(), held: 0, peak: 0 };
}

function allocate(heap: Heap, value: number): void {
  heap.home.set(value, value);
  heap.sharers.set(value, 1);
  heap.held += heap.sizes[value]!;
  heap.peak = Math.max(heap.peak, heap.held);
}

function share(heap: Heap, value: number, operand: number): void {
  const home = heap.home.get(operand)!;
  heap.home.set(value, home);
  heap.sharers.set(home, heap.sharers.get(home)! + 1);
}

function release(heap: Heap, value: number): void {
  const home = heap.home.get(value);
  if (home === undefined) return;
  heap.home.delete(value);
  const left = heap.sharers.get(home)! - 1;
  heap.sharers.set(home, left);
  if (left === 0) heap.held -= heap.sizes[home]!;
}

function run(
  heap: Heap,
  instructions: readonly Instruction[],
  lifetimes: readonly Lifetime[],
): Held[] {
  return instructions.map((instruction, i) => {
    const lifetime = lifetimes[i]!;
    const before = heap.peak;
    heap.peak = heap.held;
    const bodies = perform(heap, instruction, lifetime);
    const bytes = heap.peak;
    heap.peak = Math.max(before, bytes);
    for (const value of lifetime.dies) release(heap, value);
    return { bytes, bodies };
  });
}

function perform(heap: Heap, instruction: Instruction, lifetime: Lifetime): Held["bodies"] {
  switch (instruction.kind) {
    case "compute": {
      const free = lifetime.reuse.map((i) => instruction.operands[i]!);
      for (const result of instruction.results) {
        const operand = sharedOperand(heap, instruction.op, instruction.operands, free, result);
        if (operand === undefined) allocate(heap, result);
        else share(heap, result, operand);
      }
      return [];
    }
    case "reduce":
    case "move":
      allocate(heap, instruction.result);
      return [];
    case "bucket":
      for (const { result } of instruction.reduces) allocate(heap, result);
      return [];
    case "start":
      return perform(heap, instruction.collective, lifetime);
    case "wait":
      return [];
    case "region":
      return performRegion(heap, instruction, lifetime.bodies);
  }
}

function performRegion(
  heap: Heap,
  region: Region,
  lifetimes: readonly (readonly Lifetime[])[],
): Held["bodies"] {
  const { rounds, carried, sliced, constant, summed, stacked } = region;
  const made = [...summed, ...stacked].map((binding) => binding.outer);
  // Of two branches either makes the results, of which there is one while it runs.
  if (rounds.kind !== "either") for (const outer of made) allocate(heap, outer);
  for (const { inner } of [...carried, ...sliced]) allocate(heap, inner);
  for (const { inner, outer } of constant) share(heap, inner, outer);
  const given = new Set(enteringOf(region));
  const held = bodiesOf(region).map(({ instructions, results }, i) => {
    const inside = run(heap, instructions, lifetimes[i]!);
    if (instructions === region.body && rounds.kind !== "either") return inside;
    for (const value of results) if (!given.has(value)) release(heap, value);
    return inside;
  });
  if (rounds.kind === "either") for (const outer of made) allocate(heap, outer);
  // What the last round gave is what is carried out of it.
  for (const { next, result } of carried) share(heap, result, next);
  for (const inner of [...enteringOf(region), ...leavingOf(region)]) release(heap, inner);
  return held;
}

/** The operand whose memory a result takes: views always do, those of the same index or row where they may. */
function sharedOperand(
  heap: Heap,
  op: Op,
  operands: readonly number[],
  free: number[],
  result: number,
): number | undefined {
  const { elements } = rules[op.kind];
  const alike = operands.filter((operand) => heap.rests[operand] === heap.rests[result]);
  if (elements === "viewed") return alike[0];
  if (!["alike", "overwritten", "rows"].includes(elements)) return undefined;
  const at = free.findIndex(
    (operand) =>
      (elements !== "overwritten" || operand === operands[0]) &&
      alike.includes(operand) &&
      heap.sizes[operand] === heap.sizes[result] &&
      heap.sharers.get(heap.home.get(operand)!) === 1,
  );
  return at < 0 ? undefined : free.splice(at, 1)[0];
}
