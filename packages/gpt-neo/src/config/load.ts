import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { MtfError, nearest } from "mtf";
import type { Config } from "./config.ts";
import { presets } from "./presets.ts";
import { parseConfig } from "./schema.ts";

/**
 * A config by the name of a preset, from a JSON file, or from a model's folder.
 *
 * @throws MtfError `bad-argument` with all problems of the config, or if there is no such preset
 * or file; `bad-file` if the file is not JSON
 * @example
 * const config = await loadConfig("125M");
 */
export async function loadConfig(fileOrPreset: string): Promise<Config> {
  if (Object.hasOwn(presets, fileOrPreset)) {
    return parseConfig(presets[fileOrPreset], `preset ${fileOrPreset}`);
  }
  const found = await stat(fileOrPreset).catch(() => undefined);
  if (!found) throw neither(fileOrPreset);
  const file = found.isDirectory() ? join(fileOrPreset, "config.json") : fileOrPreset;
  const text = await readFile(file, "utf8").catch((error: Error) => {
    throw new MtfError("bad-file", `${file} cannot be read: ${error.message}.`, { file });
  });
  return parseConfig(parseJson(text, file), file);
}

function neither(name: string): MtfError {
  const names = Object.keys(presets);
  const near = nearest(name, names);
  return new MtfError("bad-argument", `'${name}' is neither a preset nor a file.`, {
    evidence: [["presets", names.join(", ")]],
    ...(near !== undefined && { try: [near] }),
  });
}

function parseJson(text: string, file: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const reason = (error as Error).message;
    const position = /position (\d+)/.exec(reason)?.[1];
    const line = position && text.slice(0, Number(position)).split("\n").length;
    throw new MtfError("bad-file", `${file} is not JSON: ${reason}.`, {
      evidence: line ? [["at", `${file}:${line}`]] : [],
      file,
    });
  }
}
