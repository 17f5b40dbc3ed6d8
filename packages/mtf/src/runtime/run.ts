import { MtfError } from "../errors.ts";
import type { Program } from "../program/program.ts";
import { type ArrayState, free, giveBack, reserve, taken } from "./arrays.ts";
import type { Sharded } from "./devices.ts";
import { type Feeds, feedsOf } from "./feeds.ts";
import { asFailure, type Fleet } from "./fleet.ts";
import type { Given } from "./given.ts";
import { makeSharded, stateOf } from "./sharded.ts";

/** A program that the devices have. */
export interface Loaded {
  readonly fleet: Fleet;
  readonly id: number;
  readonly code: Program;
  unloaded: boolean;
}

/**
 * Runs a program once. What it is given is set aside at once, and taken when everything is there and
 * the run's turn has come: a run that comes to nothing before gives it back.
 *
 * @throws MtfError what its sources throw; `device-failed` if the devices have failed
 */
export async function runOnce(
  loaded: Loaded,
  inputs: readonly Given[],
): Promise<readonly Sharded[]> {
  const { fleet } = loaded;
  const arrays = inputs.filter((input) => input.kind === "array");
  for (const { array, donated } of arrays) reserve(array, donated);
  let results: readonly Sharded[] | undefined;
  try {
    await fleet.runs.send(feedsOf(fleet, inputs), (feeds) => {
      const sent = post(loaded, feeds);
      results = sent.results;
      for (const { array } of arrays) taken(array);
      const donated = arrays.flatMap((input) => (input.donated ? [input.array] : []));
      poisonAfter(sent.ended, [...donated, ...results.map((result) => stateOf(result)!)]);
      return sent.ended;
    });
  } catch (error) {
    // Other processes run the program all the same, and would wait for this one's devices forever.
    if (fleet.several) fleet.fail(asFailure(error, fleet.mesh, fleet.devices[0]!) as MtfError);
    throw error;
  } finally {
    if (!results) for (const { array, donated } of arrays) giveBack(array, donated);
  }
  return results!;
}

function post({ fleet, id: program, code, unloaded }: Loaded, feeds: Feeds) {
  if (unloaded) {
    free(fleet, feeds.placed);
    throw new MtfError("bad-argument", "the program was unloaded.");
  }
  const outputs = code.outputs.map(() => fleet.newId());
  fleet.profiled?.set(program, code);
  const ended = fleet.ask<"run">((link) => {
    return { kind: "run", program, inputs: feeds.for(link), outputs };
  });
  if (feeds.temporary.length > 0) free(fleet, feeds.temporary);
  const results = code.outputs.map(({ value }, i) => {
    return makeSharded(fleet, outputs[i]!, code.values[value]!);
  });
  return { ended, results };
}

/** After a run that failed its results were never made, and what it was to write over is lost. */
function poisonAfter(ended: Promise<unknown>, touched: readonly ArrayState[]): void {
  const settled = ended.catch((error: MtfError) => {
    if (error.code !== "closed") for (const array of touched) array.poison = error;
  });
  for (const array of touched) array.run = settled;
}
