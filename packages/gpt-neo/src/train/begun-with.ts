import { type Config, toJson } from "../config/index.ts";
import type { BegunWith } from "../run-mark.ts";
import { absolutePath, withAbsolutePaths } from "./absolute-paths.ts";
import { areDocuments } from "./data/given.ts";
import type { TrainOptions } from "./options.ts";
import { remembers } from "./remembers.ts";

/**
 * What a run is begun with, for whoever goes on with it anywhere. Documents have no name to be found by:
 * they have to be given again.
 *
 * @param config with all that the options say
 */
export function begunWith(options: TrainOptions, config: Config): BegunWith {
  const { model, cache, ...given } = options;
  const beside = Object.entries(given).filter(
    ([key, value]) => remembers[key as keyof TrainOptions] === "options" && !areDocuments(value),
  );
  return {
    folder: process.cwd(),
    options: {
      ...Object.fromEntries(beside),
      ...(model !== undefined && { model: absolutePath(model) }),
      ...(cache !== undefined && { cache: absolutePath(cache) }),
    },
    config: toJson(withAbsolutePaths(config)),
  };
}
