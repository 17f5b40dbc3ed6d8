import { type Lifetime, livenessOf } from "../../program/liveness.ts";
import type { Instruction, Program } from "../../program/program.ts";
import { bindMove } from "../collectives/move.ts";
import { bindReduce } from "../collectives/reduce.ts";
import { axesKey, type Staging } from "../collectives/staging.ts";
import { failureIn } from "../failure.ts";
import { bindCompute } from "./compute.ts";
import type { Device, Frame, Phase } from "./device.ts";
import { bindLoop, type LoopEdges } from "./loop.ts";

/** A program made ready to run on a device: everything that can be known before is known. */
export interface Bound {
  readonly program: Program;
  readonly frame: Frame;
  readonly steps: readonly Step[];
  /** Donated inputs that nothing needs. */
  readonly unused: readonly number[];
}

/** An instruction made ready. */
export interface Step {
  readonly instruction: Instruction;
  readonly phases: readonly Phase[];
  /** With whom the phases are shared: they wait for each other in between. */
  readonly staging: Staging | undefined;
  readonly loop:
    | (LoopEdges & { readonly runs: number; readonly body: readonly Step[] })
    | undefined;
  /** The values to free at the end. */
  readonly dies: readonly number[];
}

/** @throws MtfError naming the instruction that the backend cannot prepare */
export function bindProgram(program: Program, device: Device): Bound {
  const frame: Frame = {
    device,
    values: program.values,
    slots: new Array(program.values.length).fill(undefined),
  };
  const { unused, instructions } = livenessOf(program);
  return { program, frame, steps: bindAll(program.instructions, instructions, frame), unused };
}

function bindAll(
  instructions: readonly Instruction[],
  lifetimes: readonly Lifetime[],
  frame: Frame,
): readonly Step[] {
  return instructions.map((instruction, i) => {
    try {
      return bindStep(instruction, lifetimes[i]!, frame);
    } catch (error) {
      throw failureIn(instruction, frame.values, frame.device, error);
    }
  });
}

function bindStep(instruction: Instruction, lifetime: Lifetime, frame: Frame): Step {
  const step = { instruction, dies: lifetime.dies, loop: undefined, staging: undefined };
  const { device } = frame;
  switch (instruction.kind) {
    case "compute":
      return {
        ...step,
        phases: [bindCompute(instruction, frame, lifetime.dies, lifetime.reuse)],
      };
    case "reduce":
    case "move": {
      const staging = device.stagings.get(axesKey(device.mesh, instruction.axes));
      const phases =
        instruction.kind === "move" ? bindMove(instruction, frame) : bindReduce(instruction, frame);
      return { ...step, staging, phases };
    }
    case "loop": {
      const body = bindAll(instruction.body, lifetime.body, frame);
      const loop = { ...bindLoop(instruction, frame), runs: instruction.dim.size, body };
      return { ...step, loop, phases: [] };
    }
  }
}
