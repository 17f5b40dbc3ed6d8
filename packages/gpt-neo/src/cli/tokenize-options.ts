import type { Command } from "./command.ts";
import { type DataOptions, dataOptions, special } from "./data-options.ts";
import { choice, flag, integer, required, text } from "./option.ts";

export interface TokenizeCommandOptions extends DataOptions {
  readonly out: string;
  readonly outputFormat: "bin" | "tfrecords";
  readonly tokenizer?: string;
  readonly special?: boolean;
  readonly workers?: number;
  readonly name?: string;
  readonly chunkSize?: number;
  readonly filesPer?: number;
  readonly json?: boolean;
}

export const tokenizeCommand: Command<TokenizeCommandOptions> = {
  name: "tokenize",
  summary: "turn text into files of ids, on all cores",
  usage: "--data FILE… --out DIR --output-format bin|tfrecords",
  options: {
    ...dataOptions,
    out: required(text("DIR", "the folder to write, where a stopped call goes on")),
    outputFormat: required(choice(["bin", "tfrecords"], "NeoX's .bin/.idx, or GPT-Neo's records")),
    tokenizer: text("NAME|FILE", "gpt2, bytes or a tokenizer.json (default: gpt2)"),
    special,
    workers: integer("N", "threads that encode (default: one a core)"),
    name: text("NAME", "what files' names begin with (default: text_document)"),
    chunkSize: integer("N", "a record has one id more (default: 2048)", 1),
    filesPer: integer("N", "records a file (default: 100000)", 1),
    json: flag('end with {"documents", "tokens", "files"}'),
  },
};
