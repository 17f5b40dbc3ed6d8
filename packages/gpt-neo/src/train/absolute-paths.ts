import { resolve } from "node:path";
import type { Config, Training } from "../config/index.ts";
import { standardInput } from "../data/pipe.ts";

/** A path that holds wherever a command runs. Standard input stays what it is. */
export function absolutePath(path: string, folder: string = process.cwd()): string {
  return path === standardInput ? path : resolve(folder, path);
}

/** What names a tokenizer, with a path that holds wherever a command runs. */
export function absoluteTokenizer(name: string, folder?: string): string {
  return name === "gpt2" || name === "bytes" ? name : absolutePath(name, folder);
}

/**
 * A config's `training` with paths that hold wherever a command runs.
 *
 * @param folder where those that it has hold
 */
export function withAbsolutePaths(config: Config, folder: string = process.cwd()): Config {
  const { data, validation_data, tokenizer } = config.training;
  const at = (path: string): string => absolutePath(path, folder);
  const training: Training = {
    ...config.training,
    data: data?.map((source) => ({ ...source, files: source.files.map(at) })) ?? null,
    validation_data: validation_data?.map(at) ?? null,
    tokenizer: tokenizer === null ? null : absoluteTokenizer(tokenizer, folder),
  };
  return { ...config, training };
}
