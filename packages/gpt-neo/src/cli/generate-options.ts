import { largestSeed } from "../generate/check-settings.ts";
import type { MeshOptions } from "../mesh-options.ts";
import type { WeightsDType } from "../models/weights-dtype.ts";
import type { Command } from "./command.ts";
import { context, dtype, tokenizer } from "./data-options.ts";
import { meshNotes, meshOptions } from "./mesh-options.ts";
import {
  anyText,
  defaultsTo,
  flag,
  ids,
  integer,
  number,
  otherwise,
  required,
  text,
} from "./option.ts";

export interface GenerateOptions extends MeshOptions {
  readonly model: string;
  readonly prompt?: string;
  readonly promptFile?: string;
  readonly inputIds?: readonly number[];
  /** `gpt2`, `bytes`, a `tokenizer.json` or a folder with one. */
  readonly tokenizer?: string;
  readonly context?: number;
  readonly dtype?: WeightsDType;
  readonly maxNewTokens?: number;
  readonly greedy?: boolean;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly seed: number;
  readonly json?: boolean;
}

export const generateCommand: Command<GenerateOptions> = {
  name: "generate",
  summary: "continue a text",
  usage: "--model DIR --prompt TEXT",
  options: {
    model: required(text("DIR", "a model's folder: a run's, or one of Hugging Face's")),
    prompt: anyText("TEXT", "the text to continue; - reads it from standard input"),
    promptFile: text("FILE", "a file that holds it; - is standard input"),
    inputIds: ids("IDS", "ids to continue instead: 1,2,3"),
    tokenizer,
    context,
    dtype,
    maxNewTokens: otherwise("the model's, or 100", integer("N", "ids to add at most", 1)),
    greedy: flag("always take the likeliest id"),
    temperature: otherwise(
      "the model's, or 1",
      number("T", "above 1 more varied, below 1 less, 0 as --greedy", { least: 0 }),
    ),
    topK: otherwise("the model's, or all", integer("K", "choose among the K likeliest ids", 1)),
    topP: otherwise(
      "the model's, or 1",
      number("P", "choose among the likeliest that have P of the probability", { most: 1 }),
    ),
    seed: defaultsTo(0, integer("N", "what the choices follow from", 0, largestSeed)),
    ...meshOptions,
    json: flag('end standard output with {"ids": [all of them], "text"}'),
  },
  check(values) {
    const { prompt, promptFile, inputIds, greedy, temperature, topK, topP } = values;
    const given = [prompt, promptFile, inputIds].filter((one) => one !== undefined).length;
    if (given > 1) return "--prompt, --prompt-file and --input-ids exclude each other";
    if (given === 0) return "--prompt, --prompt-file or --input-ids is missing";
    if (greedy && [temperature, topK, topP].some((value) => value !== undefined)) {
      return "--greedy leaves nothing to --temperature, --top-k and --top-p";
    }
    return undefined;
  },
  notes: `A line break at the very end of a file or of standard input is not part of the prompt.

${meshNotes}`,
};
