import { MtfError } from "mtf";
import { isThere } from "../../is-there.ts";
import { type Gathered, gatherRun } from "../../train/gather.ts";
import type { GatherOptions } from "../gather-options.ts";

/**
 * `gpt-neo gather`: makes the checkpoints of a run whole whose processes had folders of their own.
 *
 * @throws MtfError `bad-argument` where there is no checkpoint, or a folder is not there; as `gatherRun`
 */
export async function run({ from, to }: GatherOptions): Promise<Gathered> {
  for (const folder of [to, ...from]) {
    if (await isThere(folder)) continue;
    throw new MtfError("bad-argument", `${folder} is not there.`, { file: folder });
  }
  const gathered = await gatherRun(to, from);
  if (gathered.steps.length === 0) {
    throw new MtfError("bad-argument", `${to} holds no checkpoints.`, {
      try: ["the folder of the host that told of the run, as --to"],
      file: to,
    });
  }
  return gathered;
}
