import { some } from "../../some.ts";
import { type Gathered, gatherRun } from "../../train/gather.ts";
import type { GatherOptions } from "../gather-options.ts";
import { progressLine } from "../progress.ts";

/**
 * `gpt-neo gather`: makes the checkpoints of a run whole whose processes had folders of their own.
 *
 * @throws MtfError as `gatherRun`
 */
export async function run({ from, to }: GatherOptions): Promise<Gathered> {
  const gathered = await gatherRun(to, from);
  if (gathered.files === 0) {
    progressLine().note(`${to} lacked nothing: ${whole(gathered.steps.length)} before`);
  }
  return gathered;
}

function whole(checkpoints: number): string {
  return `${some(checkpoints, "checkpoint")} ${checkpoints === 1 ? "was" : "were"} whole`;
}
