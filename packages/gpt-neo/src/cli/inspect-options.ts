import type { ReadingOptions } from "../data/reading-options.ts";
import type { Command } from "./command.ts";
import { readingOptions } from "./data-options.ts";
import { flag, required, text } from "./option.ts";

export interface InspectOptions extends ReadingOptions {
  readonly path: string;
  readonly json?: boolean;
}

export const inspectCommand: Command<InspectOptions> = {
  name: "inspect",
  summary: "tell what a file or folder is, and what is in it",
  usage: "PATH",
  words: "path",
  options: {
    path: required(text("PATH", "weights, data, a tokenizer, a config, events, a run's folder")),
    ...readingOptions,
    json: flag("one JSON object instead of tables"),
  },
  notes:
    "What a file is, its content tells; of data, the end of the name where both agree. With an option\n" +
    "of data it is data.",
};
