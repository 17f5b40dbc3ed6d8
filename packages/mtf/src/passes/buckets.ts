import { linkAlong, type MachineModel } from "../cost/machineModel.ts";
import { memoryPlan } from "../cost/memory.ts";
import { defineMesh, type Mesh } from "../mesh.ts";
import { withBodies } from "../program/bodies.ts";
import { bytesOf } from "../program/bytes.ts";
import {
  type Bucket,
  type Instruction,
  type Program,
  type Reduce,
  readsOf,
  writesOf,
} from "../program/program.ts";
import type { ProgramPass } from "./pass.ts";
import { allOf, tidied } from "./rewrite.ts";
import { bytesHeld, mostFor, reasonable } from "./room.ts";

/** A bucket is full where its bytes take so many times the latency. */
const full = 8;

/**
 * Does reductions of one kind along the same axes as one, where their latency counts: wherever what
 * they settle is there and nobody has read what they give. Every element is folded as before, so no
 * bit changes.
 */
export const buckets: ProgramPass = (program, { machine }) => {
  const sizes = new Map<Reduce, number>();
  const joined = joinedIn({ program, machine, mesh: defineMesh(program.mesh), sizes });
  return joined === program ? program : tidied(joined);
};

function joinedIn(work: Work): Program {
  const { program, machine } = work;
  const instructions = inBuckets(work, program.instructions);
  if (instructions === program.instructions) return program;
  const joined = { ...program, instructions };
  if (!hasRoomFor(joined, program, machine)) return program;
  // What could not be reduced together because it depended on reductions may be now.
  return joinedIn({ ...work, program: joined });
}

/** Whether a program with buckets holds little more than without: what waits is held. */
function hasRoomFor(joined: Program, before: Program, machine: MachineModel): boolean {
  const waiting: number[] = [];
  for (const instruction of allOf(joined.instructions)) {
    if (instruction.kind !== "bucket") continue;
    for (const { operand } of instruction.reduces) waiting.push(operand);
  }
  const inputs = before.inputs.map(({ value }) => value);
  // Buckets are small: mostly it need not be known what exactly is held when.
  if (bytesHeld(joined, waiting) <= reasonable * bytesHeld(before, inputs)) return true;
  const most = mostFor(memoryPlan(before).peakBytes, machine);
  return memoryPlan(joined).peakBytes <= most;
}

interface Work {
  readonly program: Program;
  readonly machine: MachineModel;
  readonly mesh: Mesh;
  /** Bytes of reductions, each as a part of those that fill a bucket. */
  readonly sizes: Map<Reduce, number>;
}

/** Where a reduction may be done: before the instructions from `first` to `last`. */
interface Window {
  readonly first: number;
  readonly last: number;
}

/** Reductions to be done as one: where they may be, and their bytes as a part of what fills it. */
interface Open extends Window {
  readonly members: readonly number[];
  readonly size: number;
}

/** The same instructions where there is nothing to put together. */
function inBuckets(work: Work, instructions: readonly Instruction[]): readonly Instruction[] {
  const inside = instructions.map((instruction) => {
    if (instruction.kind !== "region") return instruction;
    let changed = false;
    const region = withBodies(instruction, (inner) => {
      const joined = inBuckets(work, inner);
      changed ||= joined !== inner;
      return joined;
    });
    return changed ? region : instruction;
  });
  const found = together(work, instructions);
  if (found.length === 0) {
    return inside.some((instruction, i) => instruction !== instructions[i]) ? inside : instructions;
  }
  const joined = new Set(found.flatMap(({ members }) => members));
  const bucketsAt = new Map<number, Bucket[]>();
  for (const { members, last } of found) {
    const reduces = members.map((i) => instructions[i] as Reduce);
    const bucket: Bucket = { kind: "bucket", reduces, origin: reduces[0]!.origin };
    // As they are asked for, but not before the last of them was.
    const at = Math.min(last, members.at(-1)!);
    bucketsAt.set(at, [...(bucketsAt.get(at) ?? []), bucket]);
  }
  const after: Instruction[] = [];
  inside.forEach((instruction, i) => {
    after.push(...(bucketsAt.get(i) ?? none));
    if (!joined.has(i)) after.push(instruction);
  });
  return after;
}

const none: readonly Bucket[] = [];

/** The reductions that are to be done as one, each by its place. */
function together(work: Work, instructions: readonly Instruction[]): readonly Open[] {
  const small: { readonly at: number; readonly reduce: Reduce; readonly size: number }[] = [];
  instructions.forEach((reduce, at) => {
    if (reduce.kind !== "reduce") return;
    const size = work.sizes.get(reduce) ?? sizeOf(work, reduce);
    work.sizes.set(reduce, size);
    if (size < 1) small.push({ at, reduce, size });
  });
  if (small.length < 2) return [];
  const windowOf = windowsIn(work.program.values.length, instructions);
  const open = new Map<string, Open>();
  const closed: Open[] = [];
  for (const { at, reduce, size } of small) {
    const key = kindOf(work.program, reduce);
    const own = { ...windowOf(at), members: [at], size };
    const known = open.get(key);
    const both = known && {
      first: Math.max(known.first, own.first),
      last: Math.min(known.last, own.last),
      members: [...known.members, at],
      size: known.size + own.size,
    };
    if (both && both.first <= both.last && both.size <= 1) {
      open.set(key, both);
    } else {
      if (known) closed.push(known);
      open.set(key, own);
    }
  }
  return [...closed, ...open.values()].filter(({ members }) => members.length > 1);
}

/**
 * Where reductions may be done. One that depends on another is not done earlier, and one that another
 * depends on not later: they would have to wait for each other.
 */
function windowsIn(values: number, instructions: readonly Instruction[]): (at: number) => Window {
  const end = instructions.length - 1;
  // Where each value is made and read first: before the first instruction and after the last, unless here.
  const made = new Int32Array(values).fill(-1);
  const read = new Int32Array(values).fill(end);
  for (let i = end; i >= 0; i--) {
    for (const value of readsOf(instructions[i]!)) read[value] = i;
    for (const value of writesOf(instructions[i]!)) made[value] = i;
  }
  const reducesAt = (i: number) => instructions[i]?.kind === "reduce";
  return (at) => {
    const { operand, result } = instructions[at] as Reduce;
    const [from, to] = [made[operand]!, read[result]!];
    return { first: reducesAt(from) ? at : from + 1, last: reducesAt(to) ? at : to };
  };
}

/** A reduction's bytes as a part of those that fill a bucket. */
function sizeOf({ program, machine, mesh }: Work, reduce: Reduce): number {
  const { bandwidth, latency } = linkAlong(machine, reduce.axes);
  const seconds = bytesOf(program, reduce, mesh) / mesh.size / bandwidth;
  return seconds / (full * latency);
}

/** What reductions have in common that can be done as one. */
function kindOf({ values }: Program, { name, fn, axes, operand }: Reduce): string {
  return `${name} ${fn} ${axes.join("+")} ${values[operand]!.dtype}`;
}
