import type { Config } from "./config.ts";
import { endsBeyond, endsLeftOut, type LeftOut } from "./ends.ts";
import type { Note } from "./note.ts";
import { harmlessNotes, parseConfig } from "./schema.ts";
import { unsaidSize } from "./unsaid-size.ts";
import type { WrittenConfig } from "./written.ts";

/** Whose keys a config is written with. */
export type ConfigFormat = "preset" | "gpt-neo" | "original" | "neox";

/** The name of a preset, a file of whatever format, a model's folder, or a config as it is written. */
export type ConfigSource = string | WrittenConfig;

/** What a config is called that is in no file. */
export const unnamed = "config";

/** A config as it was found. */
export interface FoundConfig {
  readonly config: Config;
  readonly format: ConfigFormat;
  /** The name of the preset, or the file; `config` for one that a program has written. */
  readonly source: string;
  /** What became of keys that have no place here. */
  readonly notes: readonly Note[];
  /** What it does not write, and a tokenizer decides; until then there is a default. */
  readonly leftOut: readonly LeftOut[];
  /** Whether it says anything of training; else that part is all defaults. */
  readonly trains: boolean;
}

/** A config of our own keys, and Hugging Face's. */
export function fromOurs(value: unknown, file: string): FoundConfig {
  const config = parseConfig(value, file);
  const written = value as Readonly<Record<string, unknown>>;
  // The context alone is what a model's folder says of the training behind it.
  const trains = Object.keys(written.training ?? {}).some((key) => key !== "context");
  return {
    config,
    format: "gpt-neo",
    source: file,
    notes: [
      ...harmlessNotes(written),
      ...endsBeyond(written, config.vocab_size),
      ...unsaidSize(written, config),
    ],
    leftOut: endsLeftOut(written, config.vocab_size),
    trains,
  };
}
