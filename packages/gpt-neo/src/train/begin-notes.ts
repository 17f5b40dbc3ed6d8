import type { Config } from "../config/index.ts";
import type { BegunWith } from "../run-mark.ts";
import type { Origin } from "./begin.ts";
import { changedOptions } from "./changed-options.ts";
import type { Progress } from "./checkpoint.ts";
import { type Contents, changedContent } from "./data/changed-content.ts";
import type { GoingOn } from "./going-on.ts";
import { changedSettings, comparable, type Settings } from "./settings.ts";

/** What a run is set to now, and the data that it has now. */
interface BegunOn {
  readonly settings: Settings;
  readonly contents: Contents | undefined;
  readonly begun: BegunWith;
  /** Folders of steps that were not saved to their end. */
  readonly unfinished: readonly string[];
}

const unsaid = "what is not given has its default, the checkpoints to keep among them";

/** What is to be said about what a run begins from, and what has changed since. */
export function beginNotes(
  { out, resume, remembered }: GoingOn,
  { max_position_embeddings: positions, training: { context } }: Config,
  from: Origin,
  before: Progress | undefined,
  { settings, contents, begun, unfinished }: BegunOn,
): readonly string[] {
  const seen = `the model's ${positions} positions: eval and generate will use as many`;
  const notes = context < positions ? [`trains on ${context} of ${seen}`] : [];
  for (const path of unfinished) {
    notes.push(`${path} has no checkpoint.json, as its saving was not ended: it is removed`);
  }
  const beside = remembered ? changedOptions(remembered.begun, begun) : [];
  const changedBeside = beside.map((change) => `changed since: ${change}`);
  if (!before) {
    if (resume) notes.push(`${out} has no checkpoint yet: starting afresh`, ...changedBeside);
    if (from.kind === "optimizer") {
      notes.push(`going on from step ${from.optimizer.step}, with data from their beginning`);
    }
    return notes;
  }
  const changed = changedSettings(
    comparable(before.settings, settings, remembered?.begun),
    settings,
  );
  return [
    ...notes,
    `going on from step ${before.step} of ${out}`,
    ...(remembered ? [] : [`${out} does not say what it was begun with: ${unsaid}`]),
    ...changed.map((change) => `changed since: ${change}`),
    ...changedBeside,
    ...changedContent(before.contents, contents, out!),
  ];
}
