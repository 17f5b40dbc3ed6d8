import { logSoftmax } from "../log-softmax.ts";
import type { Processor } from "./processor.ts";

/** Makes log-probabilities of scores that processors have changed. */
export const renormalizeLogits: Processor = (scores) => logSoftmax(scores);
