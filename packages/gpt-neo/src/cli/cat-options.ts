import type { Command } from "./command.ts";
import { type DataOptions, dataOptions } from "./data-options.ts";
import { flag } from "./option.ts";

export interface CatOptions extends DataOptions {
  readonly json?: boolean;
}

export const catCommand: Command<CatOptions> = {
  name: "cat",
  summary: "write data's documents, a JSON line each",
  usage: "FILE…",
  words: "data",
  options: { ...dataOptions, json: flag("JSON lines, which it is anyway") },
};
