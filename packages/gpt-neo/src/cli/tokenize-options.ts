import type { Command } from "./command.ts";
import { type DataOptions, dataOptions, special } from "./data-options.ts";
import { choice, defaultsTo, flag, integer, otherwise, required, text } from "./option.ts";

export interface TokenizeCommandOptions extends DataOptions {
  readonly out: string;
  readonly outputFormat: "bin" | "tfrecords";
  readonly tokenizer: string;
  readonly special?: boolean;
  readonly workers?: number;
  readonly name: string;
  readonly chunkSize: number;
  readonly filesPer: number;
  readonly json?: boolean;
}

export const tokenizeCommand: Command<TokenizeCommandOptions> = {
  name: "tokenize",
  summary: "turn text into files of ids, on all cores",
  usage: "--data FILE… --out DIR",
  options: {
    ...dataOptions,
    out: required(text("DIR", "the folder to write, where a stopped call goes on")),
    outputFormat: defaultsTo(
      "bin",
      choice(["bin", "tfrecords"], "NeoX's .bin/.idx, or GPT-Neo's records"),
    ),
    tokenizer: defaultsTo("gpt2", text("NAME|FILE", "gpt2, bytes or a tokenizer.json")),
    special,
    workers: otherwise(
      "one per core",
      integer("N", "threads that encode; 0 for none beside the one that reads", 0, 1024),
    ),
    name: defaultsTo("text_document", text("NAME", "what files' names begin with")),
    chunkSize: defaultsTo(2048, integer("N", "a record has one id more", 1, 2 ** 28)),
    filesPer: defaultsTo(100_000, integer("N", "records per file", 1)),
    json: flag('end with {"documents", "tokens", "files"}'),
  },
};
