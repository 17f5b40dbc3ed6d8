import { optionsArgument } from "../arguments.ts";
import { defaultMachine, type MachineModel, machineArgument } from "../cost/machineModel.ts";
import { type Layout, layoutArgument } from "../layout.ts";
import { improveProgram } from "../passes/improve.ts";
import type { Lowered } from "../program/lowered.ts";
import { loweredOf } from "../program/loweredOf.ts";
import { traceFor } from "../trace.ts";
import { checkDonated } from "./donate.ts";
import { keepSource } from "./explain/source.ts";
import { lookAhead } from "./lookAhead.ts";
import { checkStorage } from "./storage.ts";
import { wishesOf } from "./wishes.ts";

export interface LowerOptions<Arguments extends readonly unknown[]> {
  readonly layout: Layout;
  /**
   * Trees of tensors with the dims and dtypes of the arguments; `placeholder` makes them. Numbers and
   * texts among them are part of the program: a run may leave them out and cannot change them.
   */
  readonly inputs: Readonly<Arguments>;
  /** Arguments (by position) that a run may write over; their results rest where they did. */
  readonly donate?: readonly number[] | undefined;
  /**
   * The machine that the program is planned for, `defaultMachine` unless given: what it costs there
   * decides where values lie between the function's arguments and results. No result depends on it.
   */
  readonly machine?: MachineModel | undefined;
}

/**
 * Traces a function once and turns it into one device's program for a layout, with every
 * collective explicit. Printing it shows them.
 *
 * @throws MtfError `missing-input`, `bad-result`, `async-function` or `foreign-tensor` as `trace`,
 * `unknown-path` for storage rules that concern nothing, `unknown-axis` for an axis of `withLayout`
 * that the mesh lacks, `bad-argument` for a machine that is none, and what the function's ops throw
 * @example
 * const program = lower(step, { layout, inputs: [state, image, label], donate: [0] });
 */
export function lower<Arguments extends readonly unknown[], Result>(
  fn: (...args: Arguments) => Result,
  options: LowerOptions<Arguments>,
): Lowered<Arguments, Result> {
  optionsArgument("lower", "options", options, ["layout", "inputs", "donate", "machine"]);
  layoutArgument("lower", "options.layout", options.layout);
  const traced = traceFor("lower", "options.inputs", fn, options.inputs as Arguments);
  const machine = options.machine ?? defaultMachine;
  machineArgument("lower", "options.machine", machine, options.layout.mesh);
  const donated = options.donate ?? [];
  checkDonated(donated, options.inputs.length);
  checkStorage(options.layout, [...traced.inputs, ...traced.outputs]);
  const { layout } = options;
  const written = lookAhead(traced, layout, donated, machine).program;
  const program = improveProgram(written, wishesOf(layout, machine));
  const lowered = loweredOf(program, options.inputs as Arguments, traced.result);
  keepSource(lowered, { traced, layout, donated, machine });
  return lowered;
}
