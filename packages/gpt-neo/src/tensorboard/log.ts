import { closeSync, openSync, writeSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { cannotWrite } from "mtf/files";
import { restartRecord, type Scalar, scalarsRecord, versionRecord } from "./events.ts";

/** A file of events that is being written. */
export interface EventLog {
  readonly file: string;
  /** Writes the numbers of a step, at once. */
  append(step: number, scalars: readonly Scalar[]): void;
  close(): void;
}

export interface EventLogOptions {
  /** The step that a resumed run goes on from: what older files have of later ones is void. */
  readonly after?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/**
 * Begins a new file of events in a folder, for `tensorboard --logdir`. Files of earlier runs stay;
 * TensorBoard reads them in order.
 *
 * @throws MtfError `bad-file` if it cannot be written
 * @example
 * const log = openEvents("run");
 * log.append(1, [["train/loss", 5.4]]);
 */
export function openEvents(folder: string, options: EventLogOptions = {}): EventLog {
  const { after = 0, now = Date.now } = options;
  const { file, descriptor } = create(folder, Math.floor(now() / 1000));
  const write = (record: Uint8Array): void => {
    guarded(file, () => writeSync(descriptor, record));
  };
  write(versionRecord(now() / 1000, "gpt-neo"));
  if (after > 0) write(restartRecord(now() / 1000, after + 1));
  return {
    file,
    append: (step, scalars) => write(scalarsRecord(now() / 1000, step, scalars)),
    close: () => closeSync(descriptor),
  };
}

/** A file of a name that no other has: runs may begin in the same second. */
function create(folder: string, seconds: number): { file: string; descriptor: number } {
  const begin = `events.out.tfevents.${seconds}.${hostname()}.${process.pid}`;
  for (let count = 0; ; count++) {
    const file = join(folder, `${begin}.${count}`);
    try {
      return { file, descriptor: openSync(file, "wx") };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw cannotWrite(file, error);
    }
  }
}

function guarded(file: string, action: () => unknown): void {
  try {
    action();
  } catch (error) {
    throw cannotWrite(file, error);
  }
}
