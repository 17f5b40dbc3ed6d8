import { shownName } from "../../data/pipe.ts";
import type { Progress } from "../../progress.ts";
import { some } from "../../some.ts";
import type { TrainListener, TrainProgress } from "../../train/listener.ts";
import type { StepEntry } from "../../train/training.ts";
import { asTyped } from "../as-typed.ts";
import { printDuration } from "../progress.ts";

/** A run that is shown as it goes on. */
export interface Shown extends TrainListener {
  /** Whether it takes steps by now. */
  readonly begun: boolean;
}

/** Shows a run as it goes on. */
export function showing(progress: Progress): Shown {
  let steps: number | undefined;
  let smooth: number | undefined;
  const stepLine = (entry: StepEntry, all: number): string => {
    const { step, loss, tokens, tokensPerSecond, peakShare } = entry;
    smooth = smooth === undefined ? tokensPerSecond : 0.9 * smooth + 0.1 * tokensPerSecond;
    const left = printDuration(((all - step) * tokens) / smooth);
    const rate = Math.round(smooth).toLocaleString("en-US");
    const part = peakShare && (peakShare * smooth) / tokensPerSecond;
    const share = part === undefined ? "" : ` (${(100 * part).toPrecision(3)} % of peak)`;
    return `step ${step} of ${all}  loss ${loss.toFixed(3)}  ${rate} tokens/s${share}  ${left} left`;
  };
  return {
    get begun() {
      return steps !== undefined;
    },
    onBegin: ({ config }) => {
      steps = config.training.steps;
    },
    onStep: (entry) => progress.update(stepLine(entry, steps!)),
    onValidation: ({ step, loss }) =>
      progress.note(`step ${step}: validation loss ${loss.toFixed(3)}`),
    onSample: ({ step, text }) => progress.note(`step ${step}: ${JSON.stringify(text)}`),
    onNote: (line) => progress.note(asTyped(line)),
    onProgress: (far) => showFar(far, progress),
  };
}

function showFar(far: TrainProgress, progress: Progress): void {
  switch (far.kind) {
    case "reading":
    case "tokenizing": {
      const { kind, file, documents, tokens } = far;
      const read = `${some(documents, "document")}, ${some(tokens, "token")}`;
      return progress.update(`${kind} ${shownName(file)}: ${read}`);
    }
    case "awaiting":
      return progress.update(`waiting for text: ${some(far.chunks, "chunk")} tokenized`);
    case "read":
      return progress.end();
    case "validating":
      return progress.update(`validating: ${far.done} of ${far.all} batches`);
  }
}
