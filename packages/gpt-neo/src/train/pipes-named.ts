import { sourcesOf, type WrittenData } from "../data/index.ts";
import { isObject } from "../json.ts";
import type { GoingOn } from "./going-on.ts";
import type { PipeOption } from "./pipe-errors.ts";
import { pipeName } from "./pipes-kept.ts";
import { pairsOf } from "./set-keys.ts";

/** What a config calls the data of an option. */
const keys = { data: "data", validationData: "validation_data" } as const;

/**
 * Tells whether a path is named when a run goes on, and not just remembered: by the option, by `set`, or by
 * a config where the run had none of that name.
 */
export function pipesNamedNow(options: GoingOn): (path: string, option: PipeOption) => boolean {
  const set = pairsOf(options.set ?? {}).map(([key]) => key);
  const begun = options.remembered?.begun.config?.training;
  const remembered = (option: PipeOption): readonly string[] | undefined => {
    const written = isObject(begun) ? begun[keys[option]] : undefined;
    if (written === undefined) return undefined;
    if (written === null) return [];
    return sourcesOf(written as WrittenData).flatMap(({ files }) => files.map(pipeName));
  };
  return (path, option) =>
    options[option] !== undefined ||
    set.includes(keys[option]) ||
    remembered(option)?.includes(pipeName(path)) === false;
}
