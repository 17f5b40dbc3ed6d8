import { internal } from "../../errors.ts";
import type { Mesh } from "../../mesh.ts";
import { bodiesOf, ownAxes } from "../bodies.ts";
import { printInstruction, printValue } from "../print.ts";
import {
  enteringOf,
  type Instruction,
  type Program,
  type Region,
  readsOf,
  type Start,
  writesOf,
} from "../program.ts";
import { isTogether } from "../together.ts";
import { bucketFault, moveFault, reduceFault } from "./collectives.ts";
import { checkCompute, type Share } from "./compute.ts";
import { regionFault } from "./region.ts";
import { underWayFault } from "./underWay.ts";

/** What is known while a program's instructions are gone through. */
export interface Walk {
  readonly program: Program;
  readonly mesh: Mesh;
  readonly made: Set<number>;
  /** Values that are shares of an extreme, to be settled. */
  readonly shares: Map<number, Share>;
  /** The axes along which each device has rounds of its own. */
  readonly apart: readonly string[];
}

/** Verifies the program's instructions or a body's; `known` are the values that they may read. */
export function verifyInstructions(
  walk: Walk,
  instructions: readonly Instruction[],
  known: Set<number>,
): void {
  let begun: Start | undefined;
  for (const instruction of instructions) {
    const where = () => `${printInstruction(walk.program, instruction)} ${instruction.origin.line}`;
    for (const value of readsOf(instruction)) read(walk, known, value, where, instruction);
    if (instruction.kind === "region") {
      const inside = new Set<number>();
      for (const inner of enteringOf(instruction)) make(walk, inside, inner, where);
      for (const { instructions, results } of bodiesOf(instruction)) {
        // Bodies know what enters, and nothing of one another.
        const own = new Set(inside);
        verifyInstructions(within(walk, instruction), instructions, own);
        for (const inner of results) read(walk, own, inner, where);
      }
    }
    for (const value of writesOf(instruction)) make(walk, known, value, where);
    const fault =
      underWayFault(begun, instruction) ??
      faultOf(walk, instruction) ??
      roundFault(walk, instruction);
    if (fault) throw internal(`${where()}: ${fault}`);
    if (instruction.kind === "start") begun = instruction;
    if (instruction.kind === "wait") begun = undefined;
  }
  if (!begun) return;
  const text = printInstruction(walk.program, begun);
  throw internal(`${text} ${begun.origin.line}: it is never waited for`);
}

function within(walk: Walk, { rounds }: Region): Walk {
  return { ...walk, apart: [...walk.apart, ...ownAxes(rounds)] };
}

function faultOf(walk: Walk, instruction: Instruction): string | undefined {
  const { values } = walk.program;
  const operands = readsOf(instruction).map((v) => values[v]!);
  const results = writesOf(instruction).map((v) => values[v]!);
  switch (instruction.kind) {
    case "compute": {
      const computed = checkCompute(instruction, operands, results, walk.mesh);
      if ("fault" in computed) return computed.fault;
      for (const [i, share] of computed.shares.entries()) {
        if (share) walk.shares.set(instruction.results[i]!, share);
      }
      return undefined;
    }
    case "reduce": {
      const share = walk.shares.get(instruction.operand);
      return reduceFault(instruction, operands[0]!, results[0]!, share, walk.apart);
    }
    case "bucket":
      return bucketFault(instruction, walk.program, walk.shares, walk.apart);
    case "move":
      return moveFault(instruction, operands, results[0]!);
    case "start":
      return isTogether(instruction.collective)
        ? faultOf(walk, instruction.collective)
        : "it needs no other devices";
    case "wait":
      return undefined;
    case "region":
      return regionFault(instruction, walk.program);
  }
}

/**
 * What is wrong with an instruction where each device is in a round of its own: devices do not have
 * slices of one value, or terms of one sum, before the terms of their rounds are added up.
 */
function roundFault({ program, apart }: Walk, instruction: Instruction): string | undefined {
  if (apart.length === 0 || settles(instruction)) return undefined;
  for (const value of writesOf(instruction)) {
    const { split, partial } = program.values[value]!.placement;
    const axis = [...Object.values(split).flat(), ...partial].find((a) => apart.includes(a));
    if (axis) return `along '${axis}' each device is in a round of its own`;
  }
  return undefined;
}

/** Requires that a value is there, and whole where it is not about to be settled. */
export function read(
  { shares, program }: Walk,
  known: ReadonlySet<number>,
  value: number,
  where: () => string,
  by?: Instruction,
): void {
  if (!known.has(value)) throw internal(`${where()}: %${value} is read before it is made`);
  if (!shares.has(value) || (by && settles(by))) return;
  const type = printValue(program.values[value]!);
  throw internal(`${where()}: %${value} ${type} is a device's own share of an extreme`);
}

/** Whether an instruction is what shares of an extreme are there for. */
function settles(instruction: Instruction): boolean {
  switch (instruction.kind) {
    case "reduce":
    case "bucket":
    case "wait":
      return true;
    case "start":
      return settles(instruction.collective);
    case "compute":
    case "move":
    case "region":
      return false;
  }
}

/** Requires that a value is made for the first time. */
export function make(
  { program, made }: Walk,
  known: Set<number>,
  value: number,
  where: () => string,
): void {
  if (!program.values[value]) throw internal(`%${value} is no value of the program`);
  if (made.has(value)) throw internal(`${where()}: %${value} is made twice`);
  made.add(value);
  known.add(value);
}
