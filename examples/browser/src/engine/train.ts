import { train } from "gpt-neo";
import type { FromEngine, ToTrain } from "./messages.ts";

/** Trains, and tells how it goes. */
export async function trainIn(
  { where, text, ...asked }: ToTrain,
  isPaused: () => boolean,
  tell: (message: FromEngine) => void,
): Promise<void> {
  const { step, finished } = await train(
    { ...asked, ...where, data: { documents: [text] } },
    {
      onBegin: ({ step }) => tell({ kind: "begun", step }),
      onStep: (entry) => tell({ kind: "step", entry }),
      onSample: ({ step, text }) => tell({ kind: "sample", step, text }),
      onNote: (line) => tell({ kind: "note", line }),
      stopped: isPaused,
    },
  );
  tell({ kind: "trained", step, finished });
}
