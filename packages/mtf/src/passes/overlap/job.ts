import { type MachineModel, secondsOf } from "../../cost/machineModel.ts";
import type { Mesh } from "../../mesh.ts";
import { bytesOf } from "../../program/bytes.ts";
import {
  type Collective,
  type Instruction,
  type Program,
  readsOf,
  writesOf,
} from "../../program/program.ts";
import { axesTogether, isTogether } from "../../program/together.ts";
import { dueIn } from "./due.ts";

/** A collective among instructions, on its way from where it could begin to where it is needed. */
export interface Job {
  readonly collective: Collective;
  /** Where it stood, and before which instruction it has to have ended. */
  readonly at: number;
  readonly due: number;
  readonly seconds: number;
  /** Values that it reads and that are not there yet. */
  readonly missing: Set<number>;
  ended: boolean;
}

/** The collectives among instructions. */
export function jobsIn(
  program: Program,
  instructions: readonly Instruction[],
  machine: MachineModel,
  mesh: Mesh,
): readonly Job[] {
  const due = dueIn(instructions);
  const made = new Set(instructions.flatMap(writesOf));
  return instructions.flatMap((instruction, at): readonly Job[] => {
    if (!isTogether(instruction)) return [];
    const bytes = bytesOf(program, instruction, mesh) / mesh.size;
    const seconds = secondsOf(machine, axesTogether(instruction), bytes);
    const missing = new Set(readsOf(instruction).filter((value) => made.has(value)));
    return [{ collective: instruction, at, due: due[at]!, seconds, missing, ended: false }];
  });
}

/** Those first that are needed first. */
export function byNeed(a: Job, b: Job): number {
  return a.due - b.due || a.at - b.at;
}
