import { elements } from "../dimension.ts";
import { bytesPerElement } from "../dtype.ts";
import { defineMesh, type Mesh } from "../mesh.ts";
import { entryOf } from "../record.ts";
import { printResting } from "../rest/print.ts";
import { bodiesOf } from "./bodies.ts";
import { heldAlready, type MovedDim } from "./heldAlready.ts";
import { type Lying, lyingParts } from "./lying.ts";
import { axesOf, overlap, type Placement, printPlacement, splitAxes } from "./placement.ts";
import type { Instruction, Move, Program, Reduce, Value } from "./program.ts";
import { devices, type Shaped } from "./transfer.ts";

/**
 * The bytes that all devices together receive from others in one run of an instruction, in closed
 * form: all-gather and reduce-scatter (n - 1) S for each group of n devices, all-reduce 2 (n - 1) S,
 * S being the whole buffer. A loop's body counts as often as it runs, and not at all where only a run
 * tells how often.
 */
export function bytesOf(
  program: Program,
  instruction: Instruction,
  mesh: Mesh = defineMesh(program.mesh),
): number {
  switch (instruction.kind) {
    case "compute":
    case "wait":
      return 0;
    case "start":
      return bytesOf(program, instruction.collective, mesh);
    case "reduce":
      return reduceBytes(program.values, instruction, mesh);
    case "bucket":
      return instruction.reduces.reduce((sum, r) => sum + reduceBytes(program.values, r, mesh), 0);
    case "move":
      return moveBytes(program.values, instruction, mesh);
    case "region":
      return bodiesOf(instruction).reduce((sum, { instructions, often }) => {
        if (typeof often !== "number") return sum;
        return sum + often * instructions.reduce((n, i) => n + bytesOf(program, i, mesh), 0);
      }, 0);
  }
}

function reduceBytes(values: readonly Value[], instruction: Reduce, mesh: Mesh): number {
  const { dims, dtype, placement } = values[instruction.operand]!;
  const group = devices(instruction.axes, mesh);
  const held = elements(dims) * (mesh.size / devices(splitAxes(placement), mesh));
  const buffers = (held / group) * bytesPerElement[dtype];
  return instruction.name === "all-reduce" ? 2 * (group - 1) * buffers : (group - 1) * buffers;
}

/** What of a move decides how much it moves. */
type Moved = Pick<Move, "operands" | "result" | "offsets">;

/** What moves have come to along a mesh: the blocks of a model move the same. */
const known = new WeakMap<Mesh, Map<string, number>>();

function moveBytes(values: readonly Value[], instruction: Moved, mesh: Mesh): number {
  let onMesh = known.get(mesh);
  if (!onMesh) {
    onMesh = new Map();
    known.set(mesh, onMesh);
  }
  const text = moveText(values, instruction);
  let bytes = onMesh.get(text);
  if (bytes === undefined) {
    bytes = bytesMoved(values, instruction, mesh);
    onMesh.set(text, bytes);
  }
  return bytes;
}

/** The bytes that all devices together receive when a value goes from a placement to another. */
export function bytesBetween(value: Shaped, from: Placement, to: Placement, mesh: Mesh): number {
  const { dims, dtype, rest } = value;
  const ends = [from, to].map((placement) => ({ dims, dtype, ...(rest && { rest }), placement }));
  return moveBytes(ends, { operands: [0], result: 1, offsets: [{}] }, mesh);
}

/** The same for moves of values of the same types that lie alike. */
function moveText(values: readonly Value[], { operands, result, offsets }: Moved): string {
  let text = valueText(values[result]!);
  operands.forEach((operand, i) => {
    text += `|${valueText(values[operand]!)}`;
    for (const name in offsets[i]) text += ` ${name}+${offsets[i][name]}`;
  });
  return text;
}

function valueText(value: Value): string {
  let text = "";
  for (const { name, size } of value.dims) text += ` ${name}=${size}`;
  return `${printResting(value, text)} ${printPlacement(value.placement)}`;
}

function bytesMoved(values: readonly Value[], instruction: Moved, mesh: Mesh): number {
  const to = lyingParts(values[instruction.result]!);
  const received = instruction.operands.flatMap((operand, i) =>
    lyingParts(values[operand]!).map((from, part) => {
      const count = receivedElements(from, to[part]!, instruction.offsets[i]!, mesh);
      return count * bytesPerElement[from.dtype];
    }),
  );
  return received.reduce((sum, bytes) => sum + bytes, 0);
}

/**
 * Elements of an operand that devices need and do not hold. What they need are slices of the result,
 * which lie side by side. Of what they hold the dims fall into sets that share axes; the sum over
 * devices of a product over dims is the product over sets of such sums.
 */
function receivedElements(
  from: Lying,
  to: Lying,
  offsets: Readonly<Record<string, number>>,
  mesh: Mesh,
): number {
  const dims = new Map(
    to.dims.map(({ name, size }): [string, MovedDim] => {
      const before = from.dims.find((d) => d.name === name)!;
      return [
        name,
        {
          before: { size: before.size, axes: axesOf(from.placement, name) },
          after: { size, axes: axesOf(to.placement, name) },
          offset: entryOf(offsets, name) ?? 0,
        },
      ];
    }),
  );
  const needed = [...dims.values()].reduce(
    (product, { before, after, offset }) => {
      const taken = { begin: offset, size: after.size };
      return product * overlap(taken, { begin: 0, size: before.size }).size;
    },
    mesh.size / devices(splitAxes(to.placement), mesh),
  );
  const sets = linkedDims(from, to);
  const used = devices(
    sets.flatMap((set) => set.axes),
    mesh,
  );
  const held = sets.reduce((product, set) => {
    const own = set.dims.map((name) => dims.get(name)!);
    return product * heldAlready(own, set.axes, mesh);
  }, mesh.size / used);
  return needed - held;
}

interface LinkedDims {
  readonly dims: readonly string[];
  readonly axes: readonly string[];
}

function linkedDims(from: Lying, to: Lying): readonly LinkedDims[] {
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
