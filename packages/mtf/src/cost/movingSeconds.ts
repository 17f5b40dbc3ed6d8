import { defineMesh } from "../mesh.ts";
import { type Body, bodiesOf } from "../program/bodies.ts";
import { bytesOf } from "../program/bytes.ts";
import { splitAxes } from "../program/placement.ts";
import type { Instruction, Program } from "../program/program.ts";
import { devices } from "../program/transfer.ts";
import { bytesAtRest } from "../rest/bytes.ts";
import { type MachineModel, secondsOf, sliceSeconds } from "./machineModel.ts";
import { roundsExpected } from "./roundsExpected.ts";

/** Seconds that a program's collectives and slices take in a run, one after the other. */
export function movingSeconds(program: Program, machine: MachineModel): number {
  const mesh = defineMesh(program.mesh);
  const bytesHeld = (value: number) => {
    const held = program.values[value]!;
    return bytesAtRest(held) / devices(splitAxes(held.placement), mesh);
  };
  const seconds = (instruction: Instruction): number => {
    switch (instruction.kind) {
      case "compute":
        return 0;
      case "region":
        return bodiesOf(instruction).reduce((sum, { instructions, often }) => {
          return sum + runsExpected(often) * instructions.reduce((n, i) => n + seconds(i), 0);
        }, 0);
      case "bucket": {
        const { axes } = instruction.reduces[0]!;
        return secondsOf(machine, axes, bytesOf(program, instruction, mesh) / mesh.size);
      }
      case "reduce":
      case "move":
        if (instruction.name === "slice")
          return sliceSeconds(machine, bytesHeld(instruction.result));
        return secondsOf(
          machine,
          instruction.axes,
          bytesOf(program, instruction, mesh) / mesh.size,
        );
    }
  };
  return program.instructions.reduce((sum, i) => sum + seconds(i), 0);
}

/** How often a body is planned to run: of two branches, either. */
export function runsExpected(often: Body["often"]): number {
  if (typeof often === "number") return often;
  switch (often.what) {
    case "round":
    case "test":
      return roundsExpected(often.atMost);
    case "first branch":
    case "second branch":
      return 1;
  }
}
