import type { MachineModel } from "../cost/machineModel.ts";
import type { Pass } from "../graph/node.ts";
import { withBodies } from "../program/bodies.ts";
import type { Instruction, Move, Program, Reduce } from "../program/program.ts";
import type { ProgramPass } from "./pass.ts";
import { effectOf, renaming } from "./renamings.ts";
import { lastReads, rewritten, tidied } from "./rewrite.ts";
import { hasRoom, hold, type Room, roomIn } from "./room.ts";

/**
 * Moves or reduces the same value once, whatever names its dims have: the others are the first one,
 * renamed. The first is held until then, so it is done where there is room for that. From one pass to
 * the next nothing is held that would not be held anyway: another pass moves for itself.
 */
export const commonMoves: ProgramPass = (program, { machine }) => {
  const work: Work = { program, machine, instead: new Map(), room: undefined, found: false };
  const outputs = program.outputs.map(({ value }) => value);
  const whole: Block = {
    instructions: program.instructions,
    leaving: outputs,
  };
  const instructions = once(work, whole, new Map());
  if (!work.found) return program;
  const at = (value: number) => work.instead.get(value) ?? value;
  return tidied({
    ...program,
    instructions: instructions.map((instruction) => rewritten(instruction, at)),
    outputs: program.outputs.map((output) => ({ ...output, value: at(output.value) })),
  });
};

interface Work {
  readonly program: Program;
  readonly machine: MachineModel;
  /** What is read instead of values that are not made any more. */
  readonly instead: Map<number, number>;
  /** Only computed where it is asked for. */
  room: Room | undefined;
  found: boolean;
}

/** Instructions that run one after the other: the program's, or a body's. */
interface Block {
  readonly instructions: readonly Instruction[];
  readonly leaving: readonly number[];
}

/** What has been moved, where and for which pass. */
interface Made {
  readonly result: number;
  readonly at: number;
  readonly pass: Pass;
}

/** The values that others are renamings of; what is bound whole in a body is what it is outside. */
type Roots = Map<number, number>;

function once(work: Work, block: Block, roots: Roots): readonly Instruction[] {
  const rootOf = (value: number) => roots.get(value) ?? value;
  const made = new Map<string, Made>();
  let last: Map<number, number> | undefined;
  const instead = (instruction: Instruction, at: number): Instruction | undefined => {
    if (instruction.kind === "compute" && instruction.op.kind === "rename") {
      roots.set(instruction.results[0]!, rootOf(instruction.operands[0]!));
    }
    if (instruction.kind === "region") {
      const { constant } = instruction;
      return withBodies(instruction, (instructions, leaving) => {
        const inside: Roots = new Map(constant.map(({ outer, inner }) => [inner, rootOf(outer)]));
        return once(work, { instructions, leaving }, inside);
      });
    }
    const operand = movedBy(instruction);
    if (operand === undefined) return instruction;
    const collective = instruction as Move | Reduce;
    const { result, origin } = collective;
    const key = `${rootOf(operand)} ${effectOf(work.program, collective)}`;
    const first = made.get(key);
    if (!first) {
      made.set(key, { result, at, pass: origin.pass });
      return instruction;
    }
    last ??= lastReads(block.instructions, block.leaving);
    const until = last.get(first.result) ?? first.at;
    if (until < at && first.pass !== origin.pass) return instruction;
    work.room ??= roomIn(work.program, work.machine);
    const { times, sizes } = work.room;
    const meanwhile = block.instructions.slice(until + 1, at).map((other) => times.get(other)!);
    const bytes = sizes[result]!;
    const same = sameNames(work.program, first.result, result);
    const view = same ? undefined : renaming(work.program, first.result, result, origin);
    if (!(same || view) || !hasRoom(work.room, meanwhile, bytes)) return instruction;
    hold(meanwhile, bytes);
    last.set(first.result, Math.max(until, at, last.get(result) ?? at));
    roots.set(result, rootOf(first.result));
    work.found = true;
    if (view) return view;
    work.instead.set(result, first.result);
    return undefined;
  };
  const kept: Instruction[] = [];
  block.instructions.forEach((instruction, at) => {
    const own = instead(instruction, at);
    if (own) kept.push(own);
  });
  return kept;
}

/** The value that an instruction moves or settles, if it is one. */
function movedBy(instruction: Instruction): number | undefined {
  if (instruction.kind === "reduce") return instruction.operand;
  if (instruction.kind !== "move" || instruction.operands.length !== 1) return undefined;
  return instruction.operands[0];
}

function sameNames({ values }: Program, a: number, b: number): boolean {
  return values[a]!.dims.every((dim, i) => dim.name === values[b]!.dims[i]!.name);
}
