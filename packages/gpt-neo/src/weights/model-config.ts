import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { MtfError } from "mtf";
import { type Config, loadConfig, parseConfig } from "../config/index.ts";
import { isOriginalConfig, type Note, parseOriginalConfig } from "../config/original.ts";
import { parseJson } from "../json.ts";
import { readSmallFile } from "../small-file.ts";

/** A config has some dozens of keys. */
const longestConfig = 1 << 20;

/** The config that belongs to weights, where it came from, and what is to be said about it. */
export interface ModelConfig {
  readonly config: Config;
  readonly file: string;
  readonly notes: readonly Note[];
}

/**
 * The config of weights: the file given, or `config.json` beside them, or, for names of the
 * original GPT-Neo, the one JSON beside them that is a config of the original's.
 *
 * @throws MtfError `bad-argument` if there is none, or it is wrong
 */
export async function findModelConfig(
  weights: string,
  original: boolean,
  given: string | undefined,
): Promise<ModelConfig> {
  if (given !== undefined) return readConfig(given);
  const folder = dirname(weights);
  const names = (await readdir(folder)).filter((name) => name.endsWith(".json")).sort();
  if (!original) {
    if (names.includes("config.json")) return readConfig(join(folder, "config.json"));
    throw new MtfError("bad-argument", `there is no config.json beside ${weights}.`, {
      try: ["--config FILE"],
    });
  }
  const found: string[] = [];
  for (const name of names) {
    const value = await readJson(join(folder, name)).catch(() => undefined);
    if (isOriginalConfig(value)) found.push(name);
  }
  if (found.length === 1) return readConfig(join(folder, found[0]!));
  const told =
    found.length === 0
      ? "a checkpoint of the original GPT-Neo says nothing about heads or the window, " +
        "and its JSON config is not beside it"
      : "several JSON configs are beside the checkpoint";
  throw new MtfError("bad-argument", `${told}.`, {
    evidence: [
      ["checkpoint", weights],
      ...(found.length > 0 ? [["configs", found.join(", ")] as const] : []),
    ],
    try: [`--config ${found[0] === undefined ? "FILE" : join(folder, found[0])}`],
  });
}

async function readConfig(file: string): Promise<ModelConfig> {
  const value = await readJson(file).catch((error: unknown) => {
    // The name of a preset is no file.
    if (error instanceof MtfError && error.code === "bad-file") return undefined;
    throw error;
  });
  if (isOriginalConfig(value)) return { ...parseOriginalConfig(value, file), file };
  const config = value === undefined ? await loadConfig(file) : parseConfig(value, file);
  return { config, file, notes: [] };
}

async function readJson(file: string): Promise<unknown> {
  return parseJson(await readSmallFile(file, longestConfig), file);
}
