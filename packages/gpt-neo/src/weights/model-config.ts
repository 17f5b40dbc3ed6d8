import { join } from "node:path";
import { MtfError } from "mtf";
import {
  type Config,
  type ConfigSource,
  type FoundConfig,
  type LeftOut,
  readConfig,
  readConfigOver,
} from "../config/index.ts";
import type { Note } from "../config/note.ts";
import { isOriginalConfig } from "../config/original.ts";
import { isThere } from "../is-there.ts";
import { parseJson } from "../json.ts";
import { namesIn } from "../make-folder.ts";
import { optionsInWords } from "../options-in-words.ts";
import { readSmallFile } from "../small-file.ts";
import { homeOf } from "./home.ts";
import { modelFolder } from "./model-folders.ts";

/** A config has some dozens of keys. */
const longestConfig = 1 << 20;

/** The config that belongs to weights, where it came from, and what is to be said about it. */
export interface ModelConfig {
  readonly config: Config;
  readonly file: string;
  readonly notes: readonly Note[];
  /** End tokens that it does not write: a tokenizer decides. */
  readonly leftOut: readonly LeftOut[];
}

/**
 * The config of weights: the one given, key by key over `config.json` beside them; or that `config.json`
 * alone; or, for names of the original GPT-Neo, the one JSON beside them that is a config of the
 * original's.
 *
 * @throws MtfError `bad-argument` if there is none, or it is wrong
 */
export async function findModelConfig(
  weights: string,
  original: boolean,
  given: ConfigSource | undefined,
): Promise<ModelConfig> {
  const folder = homeOf(weights);
  const own = join(folder, "config.json");
  if (given !== undefined) {
    const isBeside = !original && (await isThere(own));
    const config = isBeside ? await readConfigOver(own, given) : await readConfig(given);
    return asFound(config, typeof given === "string" ? given : config.source);
  }
  const names = (await namesIn(folder)).filter((name) => name.endsWith(".json")).sort();
  if (!original) {
    if (names.includes("config.json")) return found(join(folder, "config.json"));
    throw new MtfError("bad-argument", `there is no config.json beside ${weights}.`, {
      try: [
        modelFolder,
        '`config: "FILE"`, which training and converting take: converting makes such a folder',
      ],
    });
  }
  const candidates: string[] = [];
  for (const name of names) {
    const value = await readJson(join(folder, name)).catch(() => undefined);
    if (isOriginalConfig(value)) candidates.push(name);
  }
  if (candidates.length === 1) return found(join(folder, candidates[0]!));
  const told =
    candidates.length === 0
      ? "a checkpoint of the original GPT-Neo says nothing about heads or the window, " +
        "and its JSON config is not beside it"
      : "several JSON configs are beside the checkpoint";
  throw new MtfError("bad-argument", `${told}.`, {
    evidence: [
      ["checkpoint", weights],
      ...(candidates.length > 0 ? [["configs", candidates.join(", ")] as const] : []),
    ],
    try: [
      `${optionsInWords({ config: candidates[0] === undefined ? "FILE" : join(folder, candidates[0]) })}, which training and converting take`,
    ],
  });
}

async function found(file: string): Promise<ModelConfig> {
  return asFound(await readConfig(file), file);
}

function asFound({ config, notes, leftOut }: FoundConfig, file: string): ModelConfig {
  return { config, file, notes, leftOut };
}

async function readJson(file: string): Promise<unknown> {
  return parseJson(await readSmallFile(file, longestConfig), file);
}
