import { largestSeed } from "../generate/options/ranges.ts";
import type { MeshOptions } from "../mesh-options.ts";
import type { WeightsDType } from "../models/weights-dtype.ts";
import type { Command } from "./command.ts";
import { context, dtype, tokenizer } from "./data-options.ts";
import { checkDecodingFlags, type DecodingFlags, decodingOptions } from "./decoding-options.ts";
import { meshNotes, meshOptions } from "./mesh-options.ts";
import { anyText, flag, ids, integer, otherwise, required, text } from "./option.ts";

export interface GenerateOptions extends MeshOptions, DecodingFlags {
  readonly model: string;
  readonly prompt?: string;
  readonly promptFile?: string;
  readonly inputIds?: readonly number[];
  /** `gpt2`, `bytes`, a `tokenizer.json` or a folder with one. */
  readonly tokenizer?: string;
  readonly context?: number;
  readonly dtype?: WeightsDType;
  readonly special?: boolean;
  /** A new one each time unless it is given. */
  readonly seed?: number;
  readonly logprobs?: number;
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
    special: otherwise(
      "they are text",
      flag("<|endoftext|> and the like in the prompt become themselves"),
    ),
    ...decodingOptions,
    seed: otherwise(
      "a new one each time, which is told",
      integer("N", "what the choices follow from", 0, largestSeed),
    ),
    logprobs: otherwise(
      "none",
      integer("N", "tell each new id's log-probability, and those of the N likeliest"),
    ),
    ...meshOptions,
    json: flag('end standard output with {"ids": [all of them], "text", "ending"}'),
  },
  check(values) {
    const { prompt, promptFile, inputIds, special } = values;
    const given = [prompt, promptFile, inputIds].filter((one) => one !== undefined).length;
    if (given > 1) return "--prompt, --prompt-file and --input-ids exclude each other";
    if (given === 0) return "--prompt, --prompt-file or --input-ids is missing";
    if (special && inputIds) return "--special is for text, and not for --input-ids";
    return checkDecodingFlags(values);
  },
  notes: `A line break at the very end of a file or of standard input is not part of the prompt.

The options of choosing are transformers', applied in its order. What generation_config.json in the
model's folder says holds where the command line does not. An option that chooses among ids asks for
chance. --stop may be given several times, or several texts; $'\\n' is a line break in most shells.

${meshNotes}`,
};
