import type { MachineModel } from "../cost/machineModel.ts";
import type { Layout } from "../layout.ts";
import type { Input, Program } from "../program/program.ts";

/** Changes a program into another that computes the same, to the bit unless it says otherwise. */
export type ProgramPass = (program: Program, wishes: Wishes) => Program;

/** What a program does not say itself, and passes go by. */
export interface Wishes {
  readonly machine: MachineModel;
  /** Whether an argument rests otherwise than it is computed with, and how often it is gathered. */
  readonly stored: (program: Program, input: Input) => Layout["stored"] | undefined;
  readonly sums: Layout["sums"];
}

/** A program that has gone through a pass. */
export function through(program: Program, pass: ProgramPass, wishes: Wishes): Program {
  return pass(program, wishes);
}
