import type { Instruction, Program, Start, Wait } from "../../src/program/index.ts";
import { readsOf, writesOf } from "../../src/program/program.ts";
import { isTogether } from "../../src/program/together.ts";
import type { Unsound } from "./unsound.ts";

/** Defects of programs with a collective that is begun and waited for. */
export const unsoundUnderWay: Readonly<Record<string, Unsound>> = {
  "what is begun is never waited for": begun(({ before, start, after, readAt }) =>
    readAt === after.length ? [...before, start, ...after] : undefined,
  ),
  "what is waited for has ended": begun(({ before, start, wait, after }) => [
    ...[...before, start.collective, wait],
    ...after,
  ]),
  "what is waited for is something else": begun(({ before, start, wait, after }) => [
    ...[...before, start, { ...wait, results: [] }],
    ...after,
  ]),
  "what is under way is read": begun(({ before, start, wait, after, readAt }) =>
    readAt < after.length ? [...before, start, ...after, wait] : undefined,
  ),
  "two are under way": begun(({ before, start, wait, after, readAt }) => {
    const meanwhile = after.slice(0, readAt);
    if (!meanwhile.some(isTogether)) return undefined;
    return [...before, start, ...meanwhile, wait, ...after.slice(readAt)];
  }),
  "no other device is needed for what is begun": (program) => {
    const at = program.instructions.findIndex((i) => i.kind === "move" && !isTogether(i));
    if (at < 0) return undefined;
    const { start, wait } = apart(program.instructions[at]!);
    return { ...program, instructions: program.instructions.toSpliced(at, 1, start, wait) };
  },
};

/** A program with its first collective begun and waited for, and where what it makes is read first. */
interface Begun {
  readonly before: readonly Instruction[];
  readonly start: Start;
  readonly wait: Wait;
  readonly after: readonly Instruction[];
  readonly readAt: number;
}

function begun(change: (begun: Begun) => readonly Instruction[] | undefined): Unsound {
  return (program: Program) => {
    const at = program.instructions.findIndex(isTogether);
    if (at < 0) return undefined;
    const before = program.instructions.slice(0, at);
    const after = program.instructions.slice(at + 1);
    const { start, wait } = apart(program.instructions[at]!);
    const first = after.findIndex((i) => readsOf(i).some((v) => wait.results.includes(v)));
    const readAt = first < 0 ? after.length : first;
    const instructions = change({ before, start, wait, after, readAt });
    return instructions && { ...program, instructions };
  };
}

function apart(instruction: Instruction): Pick<Begun, "start" | "wait"> {
  const { origin } = instruction;
  const [operands, results] = [readsOf(instruction), writesOf(instruction)];
  return {
    start: { kind: "start", collective: instruction as Start["collective"], origin },
    wait: { kind: "wait", operands, results, origin },
  };
}
