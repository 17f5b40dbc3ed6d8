import type { Source, WrittenData } from "../data/source.ts";
import { isObject } from "../json.ts";
import type { Architecture } from "./architecture.ts";
import type { Config, Training } from "./config.ts";
import { toJson } from "./hugging-face.ts";
import type { OriginalParts } from "./original-parts.ts";

/** A config as a program or a file writes it: what it leaves out has its default. */
export interface WrittenConfig
  extends Partial<Omit<Config, "eos_token_id" | "architecture" | "original" | "training">> {
  /** The id that ends a document; of several the first, and the others end a text as well. */
  readonly eos_token_id?: number | readonly number[];
  readonly architecture?: Partial<Architecture>;
  readonly original?: Partial<OriginalParts>;
  readonly training?: WrittenTraining;
}

/** The `training` section as it is written. */
export interface WrittenTraining extends Partial<Omit<Training, "data" | "validation_data">> {
  readonly data?: WrittenData | readonly Source[] | null;
  readonly validation_data?: string | readonly string[] | null;
}

/** The keys that are written for a config: one that was read before has more of its own. */
export function writtenKeys(config: WrittenConfig): Readonly<Record<string, unknown>> {
  return isRead(config) ? toJson(config) : (config as Readonly<Record<string, unknown>>);
}

function isRead(config: WrittenConfig): config is Config {
  return isObject(config.other) && Array.isArray(config.more_eos_token_ids);
}
