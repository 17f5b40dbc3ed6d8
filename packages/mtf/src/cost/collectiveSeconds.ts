import { defineMesh } from "../mesh.ts";
import { bytesOf } from "../program/bytes.ts";
import type { Instruction, Program } from "../program/program.ts";
import { type MachineModel, secondsOf } from "./machineModel.ts";

/** Seconds that a program's collectives take in a run, one after the other. */
export function collectiveSeconds(program: Program, machine: MachineModel): number {
  const mesh = defineMesh(program.mesh);
  const seconds = (instruction: Instruction): number => {
    switch (instruction.kind) {
      case "compute":
        return 0;
      case "loop":
        return instruction.dim.size * instruction.body.reduce((sum, i) => sum + seconds(i), 0);
      case "reduce":
      case "move":
        return secondsOf(
          machine,
          instruction.axes,
          bytesOf(program, instruction, mesh) / mesh.size,
        );
    }
  };
  return program.instructions.reduce((sum, i) => sum + seconds(i), 0);
}
