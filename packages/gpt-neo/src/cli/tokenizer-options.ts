import type { Command } from "./command.ts";
import { type DataOptions, dataOptions } from "./data-options.ts";
import { defaultsTo, flag, integer, required, text } from "./option.ts";

export interface TrainTokenizerOptions extends DataOptions {
  readonly vocabSize: number;
  readonly out: string;
  readonly minFrequency: number;
  readonly json?: boolean;
}

export const trainTokenizerCommand: Command<TrainTokenizerOptions> = {
  name: "tokenizer train",
  summary: "make a tokenizer.json of one's own text",
  usage: "--data FILE… --vocab-size N --out FILE",
  options: {
    ...dataOptions,
    vocabSize: required(integer("N", "tokens: the end of text, 256 bytes, and merges", 257)),
    out: required(text("FILE", "the tokenizer.json to write, a new file, or the folder for it")),
    minFrequency: defaultsTo(2, integer("N", "merge nothing that is seen less often", 1)),
    json: flag('end standard output with {"vocabSize", "file"}'),
  },
};

export interface CodeOptions {
  readonly tokenizer: string;
  readonly special?: boolean;
  readonly json?: boolean;
}

const tokenizer = required(
  text("NAME|FILE|DIR", "gpt2, bytes, a tokenizer.json or a folder with one"),
);

export const encodeCommand: Command<CodeOptions> = {
  name: "tokenizer encode",
  summary: "turn lines on standard input, JSON texts, into ids",
  usage: "--tokenizer gpt2|bytes|FILE|DIR < LINES",
  options: {
    tokenizer,
    special: flag("special tokens written out in a text become themselves"),
    json: flag("JSON lines, which it is anyway"),
  },
};

export const decodeCommand: Command<Omit<CodeOptions, "special">> = {
  name: "tokenizer decode",
  summary: "turn lines of ids on standard input into text",
  usage: "--tokenizer gpt2|bytes|FILE|DIR < LINES",
  options: {
    tokenizer,
    json: flag("JSON lines, which it is anyway"),
  },
};
