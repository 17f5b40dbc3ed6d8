import { type Lifetime, livenessOf } from "../../program/liveness.ts";
import type { Instruction, Program } from "../../program/program.ts";
import type { Collectives } from "../collectives/collectives.ts";
import { movesOf } from "../collectives/moving.ts";
import { failureIn } from "../failure.ts";
import { bindCompute } from "./compute.ts";
import type { Device, Frame, Phase } from "./device.ts";
import { bindRegion, type RegionEdges } from "./region.ts";

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
  /** Between phases the devices of a group wait for each other, if there are others. */
  readonly barrier: Phase | undefined;
  readonly region:
    | (RegionEdges & { readonly runs: number; readonly body: readonly Step[] })
    | undefined;
  /** The values to free at the end. */
  readonly dies: readonly number[];
}

/** @throws MtfError naming the instruction that the backend cannot prepare */
export function bindProgram(program: Program, device: Device, collectives: Collectives): Bound {
  const frame: Frame = {
    device,
    values: program.values,
    slots: new Array(program.values.length).fill(undefined),
  };
  const { unused, instructions } = livenessOf(program);
  const steps = bindAll(program.instructions, instructions, frame, collectives);
  return { program, frame, steps, unused };
}

function bindAll(
  instructions: readonly Instruction[],
  lifetimes: readonly Lifetime[],
  frame: Frame,
  collectives: Collectives,
): readonly Step[] {
  return instructions.map((instruction, i) => {
    try {
      return bindStep(instruction, lifetimes[i]!, frame, collectives);
    } catch (error) {
      throw failureIn(instruction, frame.values, frame.device, error);
    }
  });
}

function bindStep(
  instruction: Instruction,
  lifetime: Lifetime,
  frame: Frame,
  collectives: Collectives,
): Step {
  const step = { instruction, dies: lifetime.dies, region: undefined, barrier: undefined };
  switch (instruction.kind) {
    case "compute":
      return {
        ...step,
        phases: [bindCompute(instruction, frame, lifetime.dies, lifetime.reuse)],
      };
    case "reduce":
    case "move": {
      const phases =
        instruction.kind === "move"
          ? movesOf(instruction, frame).flatMap((m) => collectives.move(m.move, m.moving))
          : collectives.reduce(instruction, frame);
      return { ...step, barrier: collectives.barrier(instruction.axes, frame.device), phases };
    }
    case "region": {
      const body = bindAll(instruction.body, lifetime.body, frame, collectives);
      const region = { ...bindRegion(instruction, frame), runs: instruction.dim.size, body };
      return { ...step, region, phases: [] };
    }
  }
}
