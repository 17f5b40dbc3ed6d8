import { defineMesh } from "../mesh.ts";
import { bodiesOf } from "../program/bodies.ts";
import { bytesOf } from "../program/bytes.ts";
import type { Instruction, Program } from "../program/program.ts";
import { axesTogether } from "../program/together.ts";
import { busySeconds } from "./busySeconds.ts";
import { type MachineModel, secondsOf } from "./machineModel.ts";
import { runsExpected } from "./roundsExpected.ts";

/**
 * Seconds that a program's collectives and slices take in a run, one after the other. Of a collective
 * that is under way while the device works, only those count that it takes longer than the work.
 */
export function movingSeconds(program: Program, machine: MachineModel): number {
  const mesh = defineMesh(program.mesh);
  const seconds = (instruction: Instruction): number => {
    switch (instruction.kind) {
      case "compute":
      case "wait":
        return 0;
      case "start":
        return seconds(instruction.collective);
      case "region":
        return bodiesOf(instruction).reduce((sum, { instructions, often }) => {
          return sum + runsExpected(often) * inAll(instructions);
        }, 0);
      case "reduce":
      case "bucket":
      case "move": {
        if (instruction.kind === "move" && instruction.name === "slice")
          return busySeconds(program, instruction, machine, mesh);
        const received = bytesOf(program, instruction, mesh) / mesh.size;
        return secondsOf(machine, axesTogether(instruction), received);
      }
    }
  };
  const inAll = (instructions: readonly Instruction[]): number => {
    let sum = 0;
    // What is left of the collective that is under way.
    let left = 0;
    for (const instruction of instructions) {
      const own = seconds(instruction);
      if (left > 0 && instruction.kind !== "wait") {
        const hidden = Math.min(left, busySeconds(program, instruction, machine, mesh));
        left -= hidden;
        sum -= hidden;
      }
      if (instruction.kind === "start") left = own;
      if (instruction.kind === "wait") left = 0;
      sum += own;
    }
    return sum;
  };
  return inAll(program.instructions);
}
