import {
  defaultMachine,
  type Layout,
  type Lowered,
  lower,
  type MachineModel,
  placeholder,
} from "mtf";
import type { Config } from "../config/index.ts";
import type { Dims } from "../models/index.ts";
import { machineOn } from "./machine.ts";
import type { State } from "./optimizer.ts";
import { slicedState } from "./sliced-state.ts";
import { microbatchOf, type Report, type Rows, statePlaceholders, trainingStep } from "./step.ts";

/** A training step for one layout: the state it is given is gone after it. */
export function lowerStep(
  config: Config,
  dims: Dims,
  layout: Layout,
  machine: MachineModel = defaultMachine,
): Lowered<readonly [State, Rows, Rows], readonly [State, Report]> {
  const rows = placeholder([dims.batch, microbatchOf(config), dims.length], "int32");
  return lower(trainingStep(config, dims), {
    layout: slicedState(layout, config, dims),
    inputs: [statePlaceholders(config, dims), rows, rows] as const,
    donate: [0],
    machine: machineOn(machine, layout.mesh),
  });
}
