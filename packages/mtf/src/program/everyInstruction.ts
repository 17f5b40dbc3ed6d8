import { bodiesOf } from "./bodies.ts";
import type { Instruction } from "./program.ts";

/** All instructions of a program, those of bodies after the region that they are of. */
export function everyInstruction(instructions: readonly Instruction[]): readonly Instruction[] {
  return instructions.flatMap((instruction) => {
    if (instruction.kind !== "region") return [instruction];
    const inside = bodiesOf(instruction).flatMap((body) => everyInstruction(body.instructions));
    return [instruction, ...inside];
  });
}
