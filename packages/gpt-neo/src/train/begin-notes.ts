import type { Config } from "../config/index.ts";
import { optionsInWords } from "../options-in-words.ts";
import type { BegunWith } from "../run-mark.ts";
import type { Origin } from "./begin.ts";
import { changedOptions } from "./changed-options.ts";
import type { Progress } from "./checkpoint.ts";
import { type Contents, changedContent } from "./data/changed-content.ts";
import { areComparable, trainedOnBefore } from "./data/validated-on.ts";
import { formatNotes } from "./format-notes.ts";
import type { GoingOn } from "./going-on.ts";
import { changedSettings, comparable, printed, type Settings } from "./settings.ts";

/** What a run is set to now, and the data that it has now. */
interface BegunOn {
  readonly settings: Settings;
  readonly contents: Contents | undefined;
  readonly begun: BegunWith;
  /** Folders of steps that were not saved to their end. */
  readonly unfinished: readonly string[];
  /** The checkpoint that is the best so far, if any was validated. */
  readonly best: string | undefined;
  /** Whether the run validates from here on. */
  readonly validates: boolean;
}

const unsaid = "what is not given has its default, the checkpoints to keep among them";

function otherOrder({ seed }: Settings): string {
  const advice = `${optionsInWords({ seed })} keeps the order`;
  return `with another seed the data come in another order, and some of this epoch may be trained on twice or never: ${advice}`;
}

function bestAnew(best: string): string {
  return `validation losses cannot be compared with those before: the best checkpoint is looked for anew, and ${best} is kept until one is validated`;
}

/** What is to be said about what a run begins from, and what has changed since. */
export function beginNotes(
  options: GoingOn,
  { max_position_embeddings: positions, training: { context } }: Config,
  from: Origin,
  before: Progress | undefined,
  { settings, contents, begun, unfinished, best, validates }: BegunOn,
): readonly string[] {
  const { out, resume, remembered } = options;
  const seen = `the model's ${positions} positions: eval and generate will use as many`;
  const notes = context < positions ? [`trains on ${context} of ${seen}`] : [];
  for (const path of unfinished) {
    notes.push(`${path} has no checkpoint.json, as its saving was not ended: it is removed`);
  }
  const beside = remembered ? changedOptions(remembered.begun, begun) : [];
  const changedBeside = beside.map((change) => `changed since: ${change}`);
  if (!before) {
    if (resume)
      notes.push(
        `${out} has no checkpoint yet: starting afresh`,
        ...changedBeside,
        ...formatNotes(options),
      );
    if (from.kind === "optimizer") {
      notes.push(`going on from step ${from.optimizer.step}, with data from their beginning`);
    }
    return notes;
  }
  const then = { ...before, settings: comparable(before.settings, settings, remembered?.begun) };
  const now = { settings, contents };
  const changed = changedSettings(then.settings, settings);
  const isOrderOther = printed(then.settings.seed) !== printed(settings.seed);
  return [
    ...notes,
    `going on from step ${before.step} of ${out}`,
    ...(remembered ? [] : [`${out} does not say what it was begun with: ${unsaid}`]),
    ...changed.map((change) => `changed since: ${change}`),
    ...changedBeside,
    ...formatNotes(options),
    ...changedContent(before.contents, contents, out!),
    ...(isOrderOther ? [otherOrder(then.settings)] : []),
    ...(validates ? trainedOnBefore(then, now) : []),
    ...(validates && best !== undefined && !areComparable(then, now) ? [bestAnew(best)] : []),
  ];
}
