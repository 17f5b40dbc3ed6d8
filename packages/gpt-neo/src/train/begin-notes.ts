import type { Config } from "../config/index.ts";
import type { Origin } from "./begin.ts";
import type { Progress } from "./checkpoint.ts";
import { type Contents, changedContent } from "./data/changed-content.ts";
import type { TrainOptions } from "./options.ts";
import { changedSettings, type Settings } from "./settings.ts";

/** What a run is set to now, and the data that it has now. */
interface BegunOn {
  readonly settings: Settings;
  readonly contents: Contents | undefined;
}

/** What is to be said about what a run begins from, and what has changed since. */
export function beginNotes(
  { out, resume }: TrainOptions,
  { max_position_embeddings: positions, training: { context } }: Config,
  from: Origin,
  before: Progress | undefined,
  { settings, contents }: BegunOn,
): readonly string[] {
  const seen = `the model's ${positions} positions: eval and generate will use as many`;
  const notes = context < positions ? [`trains on ${context} of ${seen}`] : [];
  if (!before) {
    if (resume) notes.push(`${out} has no checkpoint yet: starting afresh`);
    if (from.kind === "optimizer") {
      notes.push(`going on from step ${from.optimizer.step}, with data from their beginning`);
    }
    return notes;
  }
  const changed = changedSettings(before.settings, settings);
  return [
    ...notes,
    `going on from step ${before.step} of ${out}`,
    ...changed.map((change) => `changed since: ${change}`),
    ...changedContent(before.contents, contents, out!),
  ];
}
