import { type Instruction, readsOf, writesOf } from "../../program/program.ts";
import { isTogether } from "../../program/together.ts";

/**
 * For each instruction, before which one of those that are no collectives it has to have ended: before
 * the first that reads what it makes, or what collectives make of that.
 */
export function dueIn(instructions: readonly Instruction[]): readonly number[] {
  const due: number[] = [];
  const firstRead = new Map<number, number>();
  const earliest = (values: readonly number[]) =>
    values.reduce((n, v) => Math.min(n, firstRead.get(v) ?? n), instructions.length);
  for (let at = instructions.length - 1; at >= 0; at--) {
    const instruction = instructions[at]!;
    due[at] = isTogether(instruction) ? earliest(writesOf(instruction)) : at;
    for (const value of readsOf(instruction)) {
      firstRead.set(value, Math.min(due[at]!, firstRead.get(value) ?? due[at]!));
    }
  }
  return due;
}
