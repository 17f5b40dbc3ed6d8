import type { ReadingOptions } from "../data/reading-options.ts";
import type { MeshOptions } from "../mesh-options.ts";
import type { WeightsDType } from "../models/weights-dtype.ts";
import type { Command } from "./command.ts";
import { context, dtype, readingOptions, special, tokenizer } from "./data-options.ts";
import { meshNotes, meshOptions } from "./mesh-options.ts";
import { flag, integer, otherwise, required, text, texts } from "./option.ts";

export interface EvalOptions extends MeshOptions, ReadingOptions {
  readonly model: string;
  readonly data: readonly string[];
  readonly context?: number;
  readonly dtype?: WeightsDType;
  readonly stride?: number;
  readonly noCrossDocument?: boolean;
  readonly logits?: string;
  /** `gpt2`, `bytes`, a `tokenizer.json` or a folder with one. */
  readonly tokenizer?: string;
  readonly special?: boolean;
  readonly json?: boolean;
}

export const evalCommand: Command<EvalOptions> = {
  name: "eval",
  summary: "measure how well a model predicts data",
  usage: "--model DIR --data FILE…",
  options: {
    model: required(text("DIR", "a model's folder: a run's, or one of Hugging Face's")),
    data: required(texts("FILE", "what to predict: files, folders, patterns, - (standard input)")),
    context,
    dtype,
    stride: otherwise("disjoint windows", integer("N", "each window predicts N new ids", 1)),
    noCrossDocument: flag("ends of text cut rows: each document is predicted by itself"),
    logits: text("FILE", "write the logits there, as safetensors [rows, length, vocab]"),
    ...readingOptions,
    tokenizer,
    special,
    ...meshOptions,
    json: flag('end standard output with {"loss", "perplexity", "tokens"}'),
  },
  notes: meshNotes,
};
