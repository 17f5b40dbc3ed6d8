import { cachedLogits } from "./cached-logits.ts";
import type { Draft } from "./draft/draft.ts";
import { finiteLogits } from "./finite-logits.ts";
import { knownBeginnings } from "./known-beginnings.ts";
import type { NextLogits, TailedRow } from "./next-logits.ts";

/** What texts are made by, from text to text: what was computed of their beginnings is kept. */
export interface Making {
  readonly logits: NextLogits<TailedRow>;
  /** Those of a draft that guesses. */
  readonly draft: NextLogits | undefined;
  /** Frees what is held on devices. */
  close(): Promise<void>;
}

/** Opens the logits of a model and of its draft, with nothing in their caches. */
export function openMaking(model: Draft, draft: Draft | undefined): Making {
  const [logits, guessing] = [model, draft].map(
    (one) => one && knownBeginnings(finiteLogits(one, cachedLogits(one))),
  );
  return {
    logits: logits!,
    draft: guessing,
    close: async () => {
      await logits!.close();
      await guessing?.close();
    },
  };
}
