import { bodiesOf } from "./bodies.ts";
import type { Collective, Instruction } from "./program.ts";

/** The axes along which the devices differ that do a collective together; none for a slice. */
export function axesTogether(collective: Collective): readonly string[] {
  return collective.kind === "bucket" ? collective.reduces[0]!.axes : collective.axes;
}

/** Whether an instruction is a collective for which a device needs others. */
export function isTogether(instruction: Instruction): instruction is Collective {
  switch (instruction.kind) {
    case "reduce":
    case "bucket":
    case "move":
      return axesTogether(instruction).length > 0;
    case "compute":
    case "start":
    case "wait":
    case "region":
      return false;
  }
}

/** Whether an instruction has collectives in it. */
export function hasCollectives(instruction: Instruction): boolean {
  if (instruction.kind === "start" || isTogether(instruction)) return true;
  if (instruction.kind !== "region") return false;
  return bodiesOf(instruction).some(({ instructions }) => instructions.some(hasCollectives));
}
