import { type Layout, type Mesh, printMesh } from "mtf";
import { type Config, type Training, unusualOf } from "../config/index.ts";
import { sourcesOf, type WrittenData, writtenData } from "../data/index.ts";
import type { BegunWith } from "../run-mark.ts";
import { printLayout } from "../session.ts";
import { absolutePath, absoluteTokenizer } from "./absolute-paths.ts";
import type { OpenedData } from "./data/opened-data.ts";
import type { TrainOptions } from "./options.ts";

/** Names of settings to their values: what makes two runs the same. */
export type Settings = Readonly<Record<string, unknown>>;

/** The settings of a run. The data count by their names and by what is in them. */
export function settingsOf(
  config: Config,
  { special, inputFormat, textKey }: TrainOptions,
  data: Pick<OpenedData, "counts">,
  mesh: Mesh,
  layout: Layout,
): Settings {
  const { training, other: _, architecture, ...model } = config;
  const { mesh: _mesh, layout: _layout, storage: _storage, ...trained } = training;
  return {
    ...model,
    ...unusualOf(architecture),
    ...unlessUsual(trained),
    data: training.data && writtenData(training.data),
    ...data.counts,
    // Those that are not given are left out: runs from before there were these are the same.
    ...(special && { special }),
    ...(inputFormat && { input_format: inputFormat }),
    ...(textKey && { text_key: textKey }),
    mesh: printMesh(mesh),
    layout: printLayout(layout),
  };
}

/** Settings that older runs have no name for, as they were in these. */
const before: { readonly [Key in keyof Training]?: Training[Key] } = {
  initial_weights: null,
  cross_document_loss: true,
  cross_document_attention: true,
  reset_positions: false,
  recompute: false,
  optimizer: "adamw",
  adafactor_decay_rate: null,
  adafactor_momentum: null,
  adafactor_epsilon: 1e-30,
  adafactor_least_scale: 1e-3,
  dropout_apart: false,
  extra_saves: [],
  exit_every: null,
};

/** Those that are as they were before there was a name for them are left out. */
function unlessUsual(training: Partial<Training>): Partial<Training> {
  const usual = before as Settings;
  return Object.fromEntries(
    Object.entries(training).filter(
      ([key, value]) => !(key in usual) || printed(value) !== printed(usual[key]),
    ),
  );
}

/**
 * The settings of a checkpoint as they can be compared with those of now. Until version 3 of a run's folder
 * paths were as they were typed, and a tokenizer that came with a model had no name.
 */
export function comparable(before: Settings, now: Settings, begun?: BegunWith): Settings {
  const at = (path: string): string => absolutePath(path, begun?.folder);
  const { data, validation_data, tokenizer } = before as SavedPaths;
  return {
    ...before,
    ...(data && {
      data: writtenData(
        sourcesOf(data).map(({ files, weight }) => ({ files: files.map(at), weight })),
      ),
    }),
    ...(validation_data && { validation_data: validation_data.map(at) }),
    tokenizer: tokenizer ? absoluteTokenizer(tokenizer, begun?.folder) : now.tokenizer,
  };
}

interface SavedPaths {
  readonly data?: WrittenData | null;
  readonly validation_data?: readonly string[] | null;
  readonly tokenizer?: string | null;
}

/** The settings that differ, as `name: then -> now`. */
export function changedSettings(before: Settings, now: Settings): readonly string[] {
  const names = [...new Set([...Object.keys(before), ...Object.keys(now)])];
  return names.flatMap((name) => {
    const [then, next] = [before, now].map((settings) => printed(settings[name]));
    return then === next ? [] : [`${name}: ${then} -> ${next}`];
  });
}

/** A setting that an older run had no name for is as one that is not set. */
export function printed(value: unknown): string {
  return value === undefined || value === null ? "unset" : JSON.stringify(value);
}
