import type { BegunWith } from "../run-mark.ts";
import { openEvents } from "../tensorboard/log.ts";
import type { Claim } from "./claim.ts";
import type { KeptRun } from "./options.ts";
import { scalarsOf } from "./scalars.ts";
import type { StepEntry } from "./training.ts";

/** What writes down the numbers of a run's steps. */
export interface Records {
  append(entry: StepEntry): void;
  close(): Promise<void>;
}

/** Records of a run that is kept nowhere. */
export const noRecords: Records = { append: () => undefined, close: async () => undefined };

/**
 * Opens the logs of a run's folder behind the step that it goes on from.
 *
 * @throws MtfError `bad-file` if they cannot be written
 */
export async function openRecords(
  claim: Claim,
  { log: wanted }: Pick<KeptRun, "log">,
  begun: BegunWith,
): Promise<Records> {
  const log = await claim.open(begun);
  const events = wanted?.includes("tensorboard")
    ? openEvents(claim.out, { after: claim.checkpoint?.progress.step ?? 0 })
    : undefined;
  return {
    append(entry) {
      log.append({ ...entry });
      events?.append(entry.step, scalarsOf(entry));
    },
    async close() {
      await log.close();
      events?.close();
    },
  };
}
