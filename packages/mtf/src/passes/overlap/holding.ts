import { type Instruction, readsOf, writesOf } from "../../program/program.ts";
import { lastReads } from "../rewrite.ts";
import { hasRoom, hold, type Room, type Time } from "../room.ts";
import type { Job } from "./job.ts";

/** What is held longer for a job that is not done where it stood. Each tells whether there is room. */
export interface Holding {
  /** Holds what it makes while those instructions run that come before where it stood. */
  results(job: Job, from: number): boolean;
  /** Holds what it reads while an instruction runs, where nothing else would. */
  operands(job: Job, at: number): boolean;
}

/** @param kept values that the instructions leave alone */
export function holdingIn(
  room: Room,
  instructions: readonly Instruction[],
  kept: readonly number[],
): Holding {
  const last = lastReads(instructions, kept);
  const timeOf = (instruction: Instruction) => room.times.get(instruction)!;
  const holds = (times: readonly Time[], values: readonly number[]): boolean => {
    const bytes = values.reduce((sum, value) => sum + room.sizes[value]!, 0);
    if (!hasRoom(room, times, bytes)) return false;
    hold(times, bytes);
    return true;
  };
  return {
    results: ({ collective, at }, from) =>
      holds(instructions.slice(from, at).map(timeOf), writesOf(collective)),
    operands: ({ collective }, at) =>
      holds(
        [timeOf(instructions[at]!)],
        readsOf(collective).filter((value) => last.get(value)! <= at),
      ),
  };
}
