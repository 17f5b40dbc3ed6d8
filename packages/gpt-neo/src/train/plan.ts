import type { Layout, Mesh } from "mtf";
import { type Config, readConfig } from "../config/index.ts";
import type { Weights } from "../weights/index.ts";
import { prefixNote } from "../weights/prefix-note.ts";
import { unexpectedLines } from "../weights/unexpected.ts";
import { checkShare } from "./check-share.ts";
import type { Tokenizing } from "./data/read.ts";
import type { OnMachine } from "./options.ts";
import { placeRun } from "./place-run.ts";
import { runConfig } from "./run-config.ts";

/** What a run is to be, before anything is read or written for it. */
export interface Plan {
  readonly config: Config;
  readonly tokenizing: Tokenizing;
  readonly mesh: Mesh;
  readonly layout: Layout;
}

/**
 * Plans a run of a config, or of weights.
 *
 * @param note told what is left out, and what was chosen
 * @throws MtfError as `readConfig`, `runConfig`, `checkShare` and `placeRun`
 */
export async function planRun(
  options: OnMachine,
  weights: Weights | undefined,
  note: (line: string) => void,
): Promise<Plan> {
  const found = weights ?? options.remembered?.found ?? (await readConfig(options.config!));
  for (const line of prefixNote(weights?.prefix ?? "")) note(line);
  for (const [key, reason] of found.notes) note(`config: ${key}: ${reason}`);
  for (const line of weights ? unexpectedLines(weights) : []) note(line);
  const { config, notes, ...tokenizing } = await runConfig(options, found);
  checkShare(options, config);
  const { mesh, layout, ...placed } = placeRun(options, config);
  for (const line of [...notes, ...placed.notes]) note(`config: ${line}`);
  for (const line of placed.told) note(line);
  return { config, tokenizing, mesh, layout };
}
