import type { Progress } from "../../progress.ts";
import type { Listener, StepEntry } from "../../train/training.ts";
import { printDuration } from "../progress.ts";

/** What is shown of a run, beside its numbers. */
export interface Shown {
  /** All steps, to tell the time that is left. */
  readonly steps: number;
  /** What to show beside each validation loss: another model's, say. */
  readonly beside?: string | undefined;
  /** Operations that a token needs, and those a second that the machine could do. */
  readonly peak?: { readonly flopsOfToken: number; readonly flopsPerSecond: number } | undefined;
}

/** Shows a run as it goes on, and hands on its steps. */
export function showing(
  progress: Progress,
  { steps, beside, peak }: Shown,
  record: (entry: StepEntry) => void,
): Listener {
  let smooth: number | undefined;
  return {
    note: (text) => progress.note(text),
    sample: (step, text) => progress.note(`step ${step}: ${JSON.stringify(text)}`),
    validating: (done, all) => progress.update(`validating: ${done} of ${all} batches`),
    step(entry) {
      record(entry);
      const { step, loss, tokensPerSecond, validationLoss } = entry;
      smooth = smooth === undefined ? tokensPerSecond : 0.9 * smooth + 0.1 * tokensPerSecond;
      const left = printDuration(((steps - step) * entry.tokens) / smooth);
      const rate = Math.round(smooth).toLocaleString("en-US");
      const part = peak && (smooth * peak.flopsOfToken) / peak.flopsPerSecond;
      const share = part === undefined ? "" : ` (${(100 * part).toPrecision(3)} % of peak)`;
      progress.update(
        `step ${step} of ${steps}  loss ${loss.toFixed(3)}  ${rate} tokens/s${share}  ${left} left`,
      );
      if (validationLoss !== undefined) {
        const other = beside === undefined ? "" : ` (${beside})`;
        progress.note(`step ${step}: validation loss ${validationLoss.toFixed(3)}${other}`);
      }
    },
  };
}
