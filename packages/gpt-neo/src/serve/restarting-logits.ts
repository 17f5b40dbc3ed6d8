import type { Continuations } from "./continuations.ts";
import { failedDevices } from "./failed-devices.ts";

interface Model {
  close(): Promise<void>;
}

/** What follows rows, of a model that is loaded again after its devices have failed. */
export interface RestartingLogits<L> extends Continuations {
  /** Those of the model that is there; undefined while none is. */
  current(): L | undefined;
  /** Closes the model. */
  end(): Promise<void>;
}

/**
 * Loads a model again for the first call after one by which its devices failed. That one fails, and no
 * row can go on from one of before.
 *
 * @param logitsOf what follows rows, of a model
 * @param tell told that it is loaded again
 */
export function restartingLogits<M extends Model, L extends Continuations>(
  model: M,
  load: () => Promise<M>,
  logitsOf: (model: M) => L,
  tell: (line: string) => void,
): RestartingLogits<L> {
  let current: { readonly model: M; readonly logits: L } | undefined;
  const begin = (of: M) => ({ model: of, logits: logitsOf(of) });
  current = begin(model);

  async function ended(): Promise<void> {
    const last = current;
    current = undefined;
    await last?.model.close();
  }

  return {
    async next(rows) {
      if (!current) {
        tell("the model is loaded again");
        current = begin(await load());
      }
      try {
        return await current.logits.next(rows);
      } catch (error) {
        if (failedDevices(error)) await ended().catch(() => {});
        throw error;
      }
    },
    current: () => current?.logits,
    close: async () => current?.logits.close(),
    end: ended,
  };
}
