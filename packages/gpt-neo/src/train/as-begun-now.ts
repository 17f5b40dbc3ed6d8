import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { type Config, readConfig } from "../config/index.ts";
import { sourcesOf, type WrittenData, writtenData } from "../data/index.ts";
import type { BegunWith } from "../run-mark.ts";
import { loadWeights } from "../weights/index.ts";
import { absolutePath, withAbsolutePaths } from "./absolute-paths.ts";
import { begunWith } from "./begun-with.ts";
import type { TrainOptions } from "./options.ts";
import { runConfig } from "./run-config.ts";

/**
 * What a run of the second version was begun with, which had its options as they were typed, as one has
 * it now.
 *
 * @throws MtfError as `readConfig`, `loadWeights` and `runConfig`: it needs the files that were named
 */
export async function asBegunNow(begun: BegunWith): Promise<BegunWith> {
  const options = fromElsewhere(begun);
  const { model, config: source } = options;
  const weights =
    model === undefined
      ? undefined
      : await loadWeights(model, source === undefined ? {} : { config: source });
  try {
    const found = weights ?? (await readConfig(source!));
    const { config } = await runConfig(options, { ...found, config: at(begun, found.config) });
    return { ...begunWith(options, config), folder: begun.folder };
  } finally {
    await weights?.close();
  }
}

function at({ folder }: BegunWith, config: Config): Config {
  return withAbsolutePaths(config, folder);
}

/** The options, with paths that hold where this is called. */
function fromElsewhere({ folder, options }: BegunWith): TrainOptions {
  // As JSON has it, so without documents.
  const before = options as Saved;
  const path = (name: string): string => absolutePath(name, folder);
  const ifThere = (name: string): string =>
    existsSync(resolve(folder, name)) ? resolve(folder, name) : name;
  const several = (names: string): string => names.split(",").map(ifThere).join(",");
  const { data, validationData, config, model, tokenizer, cache } = before;
  return {
    ...before,
    ...(data !== undefined && { data: dataAt(data, path) }),
    ...(validationData && { validationData: validationData.map(path) }),
    ...(typeof config === "string" && {
      config: existsSync(path(config)) ? path(config) : several(config),
    }),
    ...(model !== undefined && { model: path(model) }),
    ...(tokenizer !== undefined && { tokenizer: ifThere(tokenizer) }),
    ...(cache !== undefined && { cache: path(cache) }),
  };
}

interface Saved extends Omit<TrainOptions, "data" | "validationData"> {
  readonly data?: WrittenData;
  readonly validationData?: readonly string[];
}

function dataAt(data: WrittenData, at: (path: string) => string): WrittenData {
  return writtenData(
    sourcesOf(data).map(({ files, weight }) => ({ files: files.map(at), weight })),
  );
}
