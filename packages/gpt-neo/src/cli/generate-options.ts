import { standardInput } from "../data/pipe.ts";
import { draftTokensRange, largestSeed } from "../generate/options/ranges.ts";
import type { MeshOptions } from "../mesh-options.ts";
import type { WeightsDType } from "../models/weights-dtype.ts";
import type { Command } from "./command.ts";
import { context, dtype, tokenizer } from "./data-options.ts";
import { checkDecodingFlags, type DecodingFlags, decodingOptions } from "./decoding-options.ts";
import { meshNotes, meshOptions } from "./mesh-options.ts";
import { anyText, flag, ids, integer, otherwise, required, text, typed } from "./option.ts";

export interface GenerateOptions extends MeshOptions, DecodingFlags {
  readonly model: string;
  readonly prompt?: string;
  readonly promptFile?: string;
  /** A file with a prompt a line. */
  readonly promptLines?: string;
  /** Prompts at once, of those. */
  readonly batchSize?: number;
  /** Turns on standard input. */
  readonly interactive?: boolean;
  readonly inputIds?: readonly number[];
  /** `gpt2`, `bytes`, a `tokenizer.json` or a folder with one. */
  readonly tokenizer?: string;
  readonly context?: number;
  readonly dtype?: WeightsDType;
  readonly special?: boolean;
  /** A new one each time unless it is given. */
  readonly seed?: number;
  readonly logprobs?: number;
  /** Goes on beyond what the model sees at once. */
  readonly slide?: boolean;
  /** The folder of a smaller model that guesses. */
  readonly draft?: string;
  readonly draftTokens?: number;
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
    promptLines: text("FILE", "a file with a text to continue in each line; - is standard input"),
    batchSize: otherwise("8", integer("N", "with --prompt-lines: texts at once", 1)),
    interactive: flag("write a text in turns, a line of yours each time"),
    inputIds: ids("IDS", "ids to continue instead: 1,2,3"),
    tokenizer,
    context,
    dtype,
    special: otherwise(
      "they are text",
      flag("<|endoftext|> and the like in the prompt become themselves"),
    ),
    ...decodingOptions,
    slide: otherwise(
      "it ends there",
      flag("go on beyond what the model sees, without the beginning"),
    ),
    draft: otherwise("none", text("DIR", "a smaller model of the same tokenizer, to guess ahead")),
    draftTokens: otherwise(
      "3",
      integer("N", "ids that it guesses at once", draftTokensRange.least, draftTokensRange.most),
    ),
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
    return (
      checkPrompts(values) ??
      checkTurns(values) ??
      checkDraftFlags(values) ??
      checkDecodingFlags(values)
    );
  },
  notes: `A line break at the very end of a file or of standard input is not part of the prompt.

The options of choosing are transformers', applied in its order. What generation_config.json in the
model's folder says holds where the command line does not. An option that chooses among ids asks for
chance. --stop may be given several times, or several texts; $'\\n' is a line break in most shells.

One text is written as it comes. Ctrl-C ends texts as they are, with status 130. With
--prompt-lines, --json writes an object a line. With --interactive, each line of yours is added to
the text, on a line of its own, and the model goes on from there; Ctrl-C ends its turn, and Ctrl-D
ends it all.

${meshNotes}`,
};

function checkPrompts(values: GenerateOptions): string | undefined {
  const { prompt, promptFile, promptLines, inputIds, special, batchSize, interactive } = values;
  const all = { prompt, promptFile, promptLines, inputIds };
  const given = Object.entries(all).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  const [one, other] = given.map((name) => `--${typed(name)}`);
  if (other !== undefined) return `${one} and ${other} exclude each other`;
  if (one === undefined && !interactive) {
    return "--prompt, --prompt-file, --prompt-lines, --input-ids or --interactive is missing";
  }
  if (special && inputIds) return "--special is for text, and not for --input-ids";
  if (batchSize !== undefined && promptLines === undefined)
    return "--batch-size is for --prompt-lines";
  return undefined;
}

function checkDraftFlags({ draft, draftTokens, beams = 1 }: GenerateOptions): string | undefined {
  if (draft === undefined) {
    return draftTokens === undefined ? undefined : "--draft-tokens is for --draft";
  }
  return beams > 1 ? "--draft guesses one text, and does not follow --beams" : undefined;
}

function checkTurns(values: GenerateOptions): string | undefined {
  const { interactive, promptLines, inputIds, json, logprobs, numReturnSequences = 1 } = values;
  if (!interactive) return undefined;
  const others = { promptLines, inputIds, json, logprobs };
  const other = Object.entries(others).find(([, value]) => value !== undefined);
  if (other) return `--interactive and --${typed(other[0])} exclude each other`;
  if (values.runtime === "mpi")
    return "--interactive goes on in one process, and not on --runtime mpi";
  if (numReturnSequences > 1) return "--interactive goes on with one text, and not with several";
  const { prompt, promptFile } = values;
  if (prompt !== standardInput && promptFile !== standardInput) return undefined;
  return "--interactive reads your lines from standard input, and no prompt";
}
