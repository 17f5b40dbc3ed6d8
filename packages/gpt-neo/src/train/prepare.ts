import type { Mesh } from "mtf";
import type { Run } from "mtf/simulator";
import type { Dims } from "../models/index.ts";
import { type Beginning, begin, type Place } from "./begin.ts";
import { lowerStep } from "./lower-step.ts";
import type { State } from "./optimizer.ts";
import { costOf, describeRun, type StepCost } from "./report.ts";
import { slicedState } from "./sliced-state.ts";
import type { Report, Rows } from "./step.ts";
import type { Training } from "./training.ts";

/** A run's program on its devices, and the state it begins with. */
export interface Prepared extends Beginning {
  readonly run: Run<readonly [State, Rows, Rows], readonly [State, Report]>;
  readonly cost: StepCost;
  readonly place: Place;
}

/** Loads the program of a step, and puts the first state on the devices. */
export async function prepare(training: Training, dims: Dims): Promise<Prepared> {
  const { config, devices, from, layout, machine, on } = training;
  const state = slicedState(layout, config, dims);
  const lowered = lowerStep(config, dims, state, machine);
  const { program } = lowered;
  for (const line of describeRun(program, layout.mesh as Mesh, state, devices)) on.note(line);
  const run = await devices.load(lowered);
  const place = { config, dims, layout, devices };
  return { ...(await begin(from, place)), run, place, cost: costOf(program) };
}
