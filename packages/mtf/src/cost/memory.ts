import type { Op } from "../graph/kinds.ts";
import { type Coordinate, coordinateOf, defineMesh } from "../mesh.ts";
import { rules } from "../ops/rules.ts";
import { type Lifetime, livenessOf } from "../program/liveness.ts";
import { programArgument } from "../program/lowered.ts";
import { boxOf } from "../program/placement.ts";
import { enteringOf, type Instruction, leavingOf, type Program } from "../program/program.ts";
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
  // The first device's slices are the largest: what is left over goes to the first parts.
  return memoryAt(program, coordinateOf(defineMesh(program.mesh), 0));
}

/** What a program will hold on the device at a coordinate. */
export function memoryAt(program: Program, coordinate: Coordinate): MemoryPlan {
  const mesh = defineMesh(program.mesh);
  const liveness = livenessOf(program);
  const sizes = program.values.map(({ placement, ...typed }) => {
    const box = boxOf(typed.dims, placement, mesh, coordinate);
    const dims = typed.dims.map(({ name }, d) => ({ name, size: box[d]!.size }));
    return bytesAtRest({ ...typed, dims });
  });
  const rests = program.values.map(({ rest }) => rest !== undefined);
  const heap = newHeap(sizes, rests);
  for (const input of program.inputs) allocate(heap, input.value);
  const inputBytes = heap.held;
  for (const value of liveness.unused) release(heap, value);
  const timeline = run(heap, program.instructions, liveness.instructions);
  const outputBytes = program.outputs.reduce((sum, output) => sum + sizes[output.value]!, 0);
  return { inputBytes, outputBytes, peakBytes: heap.peak, timeline };
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
): number[] {
  return instructions.map((instruction, i) => {
    const lifetime = lifetimes[i]!;
    const before = heap.peak;
    heap.peak = heap.held;
    perform(heap, instruction, lifetime);
    const during = heap.peak;
    heap.peak = Math.max(before, during);
    for (const value of lifetime.dies) release(heap, value);
    return during;
  });
}

function perform(heap: Heap, instruction: Instruction, lifetime: Lifetime): void {
  switch (instruction.kind) {
    case "compute": {
      const free = lifetime.reuse.map((i) => instruction.operands[i]!);
      for (const result of instruction.results) {
        const operand = sharedOperand(heap, instruction.op, instruction.operands, free, result);
        if (operand === undefined) allocate(heap, result);
        else share(heap, result, operand);
      }
      return;
    }
    case "reduce":
    case "move":
      return allocate(heap, instruction.result);
    case "region": {
      for (const { outer } of [...instruction.summed, ...instruction.stacked]) {
        allocate(heap, outer);
      }
      for (const { inner } of [...instruction.carried, ...instruction.sliced])
        allocate(heap, inner);
      for (const { inner, outer } of instruction.constant) share(heap, inner, outer);
      run(heap, instruction.body, lifetime.body);
      // What the last round gave is what is carried out of it.
      for (const { next, result } of instruction.carried) share(heap, result, next);
      for (const inner of [...enteringOf(instruction), ...leavingOf(instruction)]) {
        release(heap, inner);
      }
    }
  }
}

/** The operand whose memory a result takes: views always do, those of the same index where they may. */
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
  if (elements !== "alike" && elements !== "overwritten") return undefined;
  const at = free.findIndex(
    (operand) =>
      (elements === "alike" || operand === operands[0]) &&
      alike.includes(operand) &&
      heap.sizes[operand] === heap.sizes[result] &&
      heap.sharers.get(heap.home.get(operand)!) === 1,
  );
  return at < 0 ? undefined : free.splice(at, 1)[0];
}
