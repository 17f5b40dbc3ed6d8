import { stepFolder } from "../run-checkpoints.ts";
import type { BegunWith } from "../run-mark.ts";
import type { Claim } from "./claim.ts";
import type { TrainListener } from "./listener.ts";
import type { ShareOfPeak } from "./peak.ts";
import type { Records } from "./records.ts";
import type { Listener } from "./training.ts";

/** Writes down a run's steps, and tells a program of them and of the rest. */
export function telling(
  { onCheckpoint, onNote, onProgress, onProfile, onSample, onStep, onValidation }: TrainListener,
  claim: Claim | undefined,
  records: Records,
  shareOfPeak: ShareOfPeak,
  begun: BegunWith,
): Listener {
  let goesOn = false;
  return {
    note: (line) => onNote?.(line),
    async step(measured) {
      // From its first step on it is this run, wherever it ends: what began none changes nothing.
      if (!goesOn) await claim?.remember(begun, claim.checkpoint?.progress.step);
      goesOn = true;
      const peakShare = shareOfPeak(measured.tokensPerSecond);
      const entry = peakShare === undefined ? measured : { ...measured, peakShare };
      records.append(entry);
      await onStep?.(entry);
      const { step, validationLoss: loss } = entry;
      if (loss !== undefined) await onValidation?.({ step, loss });
    },
    async saved(step) {
      await claim?.remember(begun, step);
      if (claim) await onCheckpoint?.({ step, folder: stepFolder(claim.out, step) });
    },
    validating: (done, all) => onProgress?.({ kind: "validating", done, all }),
    sample: (step, text) => onSample?.({ step, text }),
    profiled: (step, profile) => onProfile?.({ step, profile }),
  };
}
