import { resolve } from "node:path";

/** The end of the last save into each folder that is being written to. */
const lastInto = new Map<string, Promise<unknown>>();

/**
 * Saves into one folder go one after the other, in the order of calls: side by side, each would take
 * the other's files for those of an earlier checkpoint.
 */
export async function inItsTurn<T>(folder: string, save: () => Promise<T>): Promise<T> {
  const path = resolve(folder);
  const before = lastInto.get(path);
  const saving = before ? before.then(save) : save();
  const ended = saving.then(
    () => undefined,
    () => undefined,
  );
  lastInto.set(path, ended);
  try {
    return await saving;
  } finally {
    if (lastInto.get(path) === ended) lastInto.delete(path);
  }
}
