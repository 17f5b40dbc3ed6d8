import type { MachineModel } from "../cost/machineModel.ts";
import { bodiesOf, withBodies } from "../program/bodies.ts";
import {
  type Binding,
  type Compute,
  type Instruction,
  leavingOf,
  type Move,
  type Program,
  type Region,
  readsOf,
  type Value,
} from "../program/program.ts";
import type { ProgramPass, Wishes } from "./pass.ts";
import { allOf, lastReads, rewritten, tidied } from "./rewrite.ts";
import { hasRoom, hold, type Room, roomIn } from "./room.ts";

/**
 * Moves that are the same in every round of a region are done once, before it. What they give is held
 * through all rounds, so it is done where there is room for that; of stored arguments, where the
 * layout keeps what is gathered, or all rounds are of one pass.
 */
export const loopInvariantMoves: ProgramPass = (program, wishes) => {
  if (!program.instructions.some(({ kind }) => kind === "region")) return program;
  const work: Work = {
    program,
    machine: wishes.machine,
    values: [...program.values],
    stored: new Map(
      program.inputs.map((input) => [input.value, wishes.stored(program, input)] as const),
    ),
    likes: new Map(),
    before: new Map(),
    room: undefined,
    found: false,
  };
  const instructions = hoisted(work, program.instructions);
  return work.found ? tidied({ ...program, values: work.values, instructions }) : program;
};

interface Work {
  readonly program: Program;
  readonly machine: MachineModel;
  readonly values: Value[];
  /** What the layout says of values that come of stored arguments alone. */
  readonly stored: Map<number, ReturnType<Wishes["stored"]>>;
  /** Of values made by this pass, those of the program that they are like. */
  readonly likes: Map<number, number>;
  /** Of regions whose bodies have changed, what they were. */
  readonly before: Map<Instruction, Instruction>;
  /** Only computed where it is asked for. */
  room: Room | undefined;
  found: boolean;
}

/** Instructions with what their regions' rounds have in common before these. */
function hoisted(work: Work, instructions: readonly Instruction[]): readonly Instruction[] {
  return instructions.flatMap((instruction): readonly Instruction[] => {
    if (instruction.kind !== "region") return [instruction];
    for (const { outer, inner } of instruction.constant) {
      work.stored.set(inner, work.stored.get(outer));
    }
    const region = withBodies(instruction, (inner) => hoisted(work, inner));
    const { before, rounds } = takenOut(work, region);
    work.before.set(rounds, instruction);
    return [...before, rounds];
  });
}

/** What a region's rounds have in common, to be done before them, and the region without it. */
function takenOut(
  work: Work,
  region: Region,
): { readonly before: readonly Instruction[]; readonly rounds: Region } {
  // What may run in no round at all is not done before it.
  const [own, ...others] = bodiesOf(region).map(({ often }) => often);
  const certain = others.length === 0 && typeof own === "number" && own > 1;
  if (!certain) return { before: [], rounds: region };
  const outside = new Map(region.constant.map(({ outer, inner }) => [inner, outer]));
  // What is computed alike in every round: done before them where something is moved that needs it.
  const alike = new Map<number, Compute>();
  const before: Instruction[] = [];
  const copied = new Set<Instruction>();
  const constant: Binding[] = [];
  const copy = (instruction: Compute | Move, results: readonly number[]) => {
    for (const result of results) {
      const outer = work.values.push(work.values[result]!) - 1;
      work.likes.set(outer, work.likes.get(result) ?? result);
      work.stored.set(outer, work.stored.get(result));
      outside.set(result, outer);
    }
    const at = (value: number) => outside.get(value)!;
    before.push(rewritten(instruction, at, at));
    copied.add(instruction);
  };
  const bring = (value: number) => {
    if (outside.has(value)) return;
    const compute = alike.get(value)!;
    compute.operands.forEach(bring);
    copy(compute, compute.results);
  };
  const onePass = new Set([...allOf(region.body)].map(({ origin }) => origin.pass)).size === 1;
  const last = lastReads(region.body, leavingOf(region));
  for (const [at, instruction] of region.body.entries()) {
    if (instruction.kind !== "compute" && instruction.kind !== "move") continue;
    const { operands } = instruction;
    if (!operands.every((value) => outside.has(value) || alike.has(value))) continue;
    const stored = storedAs(operands.map((value) => work.stored.get(value)));
    if (instruction.kind === "compute") {
      for (const result of instruction.results) {
        alike.set(result, instruction);
        work.stored.set(result, stored);
      }
      continue;
    }
    if (stored === "regather" && !onePass) continue;
    const { result } = instruction;
    const others = region.body.filter((_, i) => i < at || i > (last.get(result) ?? at));
    if (stored !== "keep" && !holds(work, result, others)) continue;
    operands.forEach(bring);
    copy(instruction, [result]);
    constant.push({ outer: outside.get(result)!, inner: result });
  }
  if (constant.length === 0) return { before, rounds: region };
  work.found = true;
  const left = region.body.filter((instruction) => {
    return !(instruction.kind === "move" && copied.has(instruction));
  });
  const body = withoutIdle(left, copied, leavingOf(region));
  const needed = new Set([...body.flatMap(readsOf), ...leavingOf(region)]);
  const all = [...region.constant, ...constant];
  const kept = all.filter(({ inner }) => needed.has(inner));
  return { before, rounds: { ...region, body, constant: kept } };
}

/** What the layout says of what comes of several values: not to hold it, if it says so of any. */
function storedAs(all: readonly ReturnType<Wishes["stored"]>[]): ReturnType<Wishes["stored"]> {
  if (all.includes("regather")) return "regather";
  return all.length > 0 && all.every((stored) => stored === "keep") ? "keep" : undefined;
}

/** Holds a value while instructions run that ran without it, if there is room for it then. */
function holds(work: Work, value: number, others: readonly Instruction[]): boolean {
  work.room ??= roomIn(work.program, work.machine);
  const { sizes, times } = work.room;
  const bytes = sizes[work.likes.get(value) ?? value]!;
  const meanwhile = others.flatMap((other) => times.get(work.before.get(other) ?? other) ?? []);
  if (!hasRoom(work.room, meanwhile, bytes)) return false;
  hold(meanwhile, bytes);
  return true;
}

/** Instructions without those of some whose results are not read any more. */
function withoutIdle(
  instructions: readonly Instruction[],
  some: ReadonlySet<Instruction>,
  leaving: readonly number[],
): readonly Instruction[] {
  const read = new Set(leaving);
  return instructions
    .toReversed()
    .filter((instruction) => {
      const idle = instruction.kind === "compute" && !instruction.results.some((v) => read.has(v));
      if (idle && some.has(instruction)) return false;
      for (const value of readsOf(instruction)) read.add(value);
      return true;
    })
    .reverse();
}
