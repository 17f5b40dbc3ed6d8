import { elements } from "../dimension.ts";
import { bytesPerElement } from "../dtype.ts";
import { coordinatesAlong, defineMesh, type Mesh } from "../mesh.ts";
import { entryOf } from "../record.ts";
import { axesOf, overlap, rangeOf, splitAxes } from "./placement.ts";
import type { Instruction, Move, Program, Reduce, Value } from "./program.ts";
import { devices } from "./transfer.ts";

/**
 * The bytes that all devices together receive from others in one run of an instruction, in closed
 * form: all-gather and reduce-scatter (n - 1) S for each group of n devices, all-reduce 2 (n - 1) S,
 * S being the whole buffer. A loop's body counts as often as it runs.
 */
export function bytesOf(program: Program, instruction: Instruction): number {
  const mesh = defineMesh(program.mesh);
  switch (instruction.kind) {
    case "compute":
      return 0;
    case "reduce":
      return reduceBytes(program.values, instruction, mesh);
    case "move":
      return moveBytes(program.values, instruction, mesh);
    case "loop": {
      const run = instruction.body.reduce((sum, inner) => sum + bytesOf(program, inner), 0);
      return run * instruction.dim.size;
    }
  }
}

function reduceBytes(values: readonly Value[], instruction: Reduce, mesh: Mesh): number {
  const { dims, dtype, placement } = values[instruction.operand]!;
  const group = devices(instruction.axes, mesh);
  const held = elements(dims) * (mesh.size / devices(splitAxes(placement), mesh));
  const buffers = (held / group) * bytesPerElement[dtype];
  return instruction.name === "all-reduce" ? 2 * (group - 1) * buffers : (group - 1) * buffers;
}

function moveBytes(values: readonly Value[], instruction: Move, mesh: Mesh): number {
  const received = instruction.operands.map((operand, i) =>
    receivedElements(values[operand]!, values[instruction.result]!, instruction.offsets[i]!, mesh),
  );
  const { dtype } = values[instruction.result]!;
  return received.reduce((sum, n) => sum + n, 0) * bytesPerElement[dtype];
}

/**
 * Elements of an operand that devices need and do not hold. The dims fall into sets that share
 * axes; the sum over devices of a product over dims is the product over sets of such sums.
 */
function receivedElements(
  from: Value,
  to: Value,
  offsets: Readonly<Record<string, number>>,
  mesh: Mesh,
): number {
  let needed = 1;
  let held = 1;
  const used = new Set<string>();
  for (const set of linkedDims(from, to)) {
    let setNeeded = 0;
    let setHeld = 0;
    for (const coordinate of coordinatesAlong(mesh, set.axes)) {
      let need = 1;
      let have = 1;
      for (const name of set.dims) {
        const source = from.dims.find((d) => d.name === name)!;
        const target = to.dims.find((d) => d.name === name)!;
        const offset = entryOf(offsets, name) ?? 0;
        const wanted = rangeOf(target.size, axesOf(to.placement, name), mesh, coordinate);
        const own = rangeOf(source.size, axesOf(from.placement, name), mesh, coordinate);
        const taken = { begin: wanted.begin + offset, size: wanted.size };
        need *= overlap(taken, { begin: 0, size: source.size }).size;
        have *= overlap(taken, own).size;
      }
      setNeeded += need;
      setHeld += have;
    }
    needed *= setNeeded;
    held *= setHeld;
    for (const axis of set.axes) used.add(axis);
  }
  const copies = mesh.size / devices([...used], mesh);
  return (needed - held) * copies;
}

interface LinkedDims {
  readonly dims: readonly string[];
  readonly axes: readonly string[];
}

function linkedDims(from: Value, to: Value): readonly LinkedDims[] {
  let sets: LinkedDims[] = [];
  for (const { name } of to.dims) {
    const axes = [...axesOf(from.placement, name), ...axesOf(to.placement, name)];
    const joined = sets.filter((set) => set.axes.some((axis) => axes.includes(axis)));
    const merged = {
      dims: [...joined.flatMap((set) => set.dims), name],
      axes: [...new Set([...joined.flatMap((set) => set.axes), ...axes])],
    };
    sets = [...sets.filter((set) => !joined.includes(set)), merged];
  }
  return sets;
}
