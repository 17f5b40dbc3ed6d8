import { isObject } from "../json.ts";
import { checkNames, type OptionNames } from "../option-names.ts";
import { wrongOption } from "../wrong-option.ts";
import type { TrainListener } from "./listener.ts";

const names: OptionNames<TrainListener> = {
  onBegin: true,
  onStep: true,
  onValidation: true,
  onCheckpoint: true,
  onSample: true,
  onProfile: true,
  onNote: true,
  onProgress: true,
  signal: true,
  stopped: true,
};

/** A call by its name; other names may be a listener's own. */
const isCall = ([name]: readonly [string, unknown]): boolean => /^(on[A-Z]|stopped$)/.test(name);

/**
 * Checks that what is to follow a run can: a name that nobody calls would never tell.
 *
 * @throws MtfError `bad-argument`
 */
export function checkListener(listener: TrainListener): void {
  if (!isObject(listener)) throw wrongOption("train", "the listener", listener, "an object");
  const { signal }: TrainListener = listener;
  const calls = Object.entries(listener).filter(isCall);
  checkNames<TrainListener>("train", Object.fromEntries(calls), names);
  for (const [name, call] of calls) {
    if (call === undefined || typeof call === "function") continue;
    throw wrongOption("train", name, call, "a function");
  }
  if (signal !== undefined && typeof signal?.throwIfAborted !== "function") {
    throw wrongOption("train", "signal", signal, "an AbortSignal");
  }
}
