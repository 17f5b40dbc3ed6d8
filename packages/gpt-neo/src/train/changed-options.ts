import { defaultMachine } from "mtf";
import { brief } from "../json.ts";
import type { BegunWith } from "../run-mark.ts";
import { usuallyKept } from "./checkpoint.ts";
import type { TrainOptions } from "./options.ts";
import { remembers } from "./remembers.ts";
import { printed } from "./settings.ts";

/** Those that a run's settings have as well, or that say what it began from. */
const elsewhere: readonly (keyof TrainOptions)[] = [
  "mesh",
  "layout",
  "storage",
  "inputFormat",
  "textKey",
  "special",
  "model",
  "withOptimizer",
];

const usual: Readonly<Record<string, unknown>> = {
  keep: usuallyKept.last,
  machine: defaultMachine,
};

/**
 * The options beside its config that a run has otherwise by now, as `name: then -> now`: how many
 * checkpoints it keeps, say.
 */
export function changedOptions(
  { options: then }: BegunWith,
  { options: now }: BegunWith,
): string[] {
  return (Object.keys(remembers) as (keyof TrainOptions)[]).flatMap((name) => {
    if (remembers[name] !== "options" || elsewhere.includes(name)) return [];
    const [before, after] = [then[name] ?? usual[name], now[name] ?? usual[name]];
    if (printed(before) === printed(after)) return [];
    return [`${inSettings(name)}: ${shown(before)} -> ${shown(after)}`];
  });
}

function shown(value: unknown): string {
  return value === undefined || value === null ? "unset" : brief(value);
}

/** `keepEvery` as settings are called: `keep_every`. */
function inSettings(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
