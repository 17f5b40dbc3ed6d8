import { cachedLogits } from "../generate/cached-logits.ts";
import type { Continuing } from "../generate/held-cache.ts";
import type { NextLogits } from "../generate/next-logits.ts";
import { failedDevices } from "./failed-devices.ts";

interface Model extends Continuing {
  close(): Promise<void>;
}

/** What follows rows, of a model that is loaded again after its devices have failed. */
export interface RestartingLogits extends NextLogits {
  /** Closes the model. */
  end(): Promise<void>;
}

/**
 * Loads a model again for the first call after one by which its devices failed. That one fails, and no
 * row can go on from one of before.
 *
 * @param tell told that it is loaded again
 */
export function restartingLogits(
  model: Model,
  load: () => Promise<Model>,
  tell: (line: string) => void,
): RestartingLogits {
  let current: Model | undefined = model;
  let logits = cachedLogits(model);

  async function ended(): Promise<void> {
    const last = current;
    current = undefined;
    await last?.close();
  }

  return {
    async next(rows) {
      if (!current) {
        tell("the model is loaded again");
        current = await load();
        logits = cachedLogits(current);
      }
      try {
        return await logits.next(rows);
      } catch (error) {
        if (failedDevices(error)) await ended().catch(() => {});
        throw error;
      }
    },
    close: () => logits.close(),
    end: ended,
  };
}
