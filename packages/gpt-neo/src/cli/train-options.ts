import { optimizerNames, presets } from "../config/index.ts";
import type { WrittenData } from "../data/index.ts";
import type { TrainOptions } from "../train/options.ts";
import type { Command } from "./command.ts";
import { readingOptions, special } from "./data-options.ts";
import { inLines } from "./in-lines.ts";
import { meshNotes, meshOptions } from "./mesh-options.ts";
import {
  choice,
  choices,
  flag,
  ids,
  integer,
  number,
  otherwise,
  pairs,
  required,
  sources,
  text,
  texts,
} from "./option.ts";

/** A run as the command line says it: all is named, and it is kept in a folder. */
export interface TrainCommandOptions
  extends Omit<TrainOptions, "config" | "data" | "validationData" | "machine" | "profile" | "set"> {
  readonly config?: string;
  readonly data?: WrittenData;
  readonly validationData?: readonly string[];
  readonly machine?: string;
  readonly profile?: string;
  readonly set?: readonly (readonly [key: string, value: unknown])[];
  readonly out: string;
  readonly json?: boolean;
}

export const trainCommand: Command<TrainCommandOptions> = {
  name: "train",
  summary: "train a model, or go on training one",
  usage: "--config PRESET|FILE --data FILE… --out DIR",
  options: {
    config: text("PRESET|FILE", "a new model: a preset, such as 125M, or a file"),
    model: text("DIR", "start from a model's weights instead, with fresh optimizer state"),
    withOptimizer: flag("with --model: go on with the optimizer's state and step saved there"),
    data: otherwise(
      "the config's",
      sources(
        "FILE",
        "files, folders, patterns, - (standard input)",
        "the share of samples from the --data before it",
      ),
    ),
    validationData: otherwise("a held-back part of --data", texts("FILE", "validate with these")),
    out: required(text("DIR", "the run's folder, a new or an empty one: model, log, checkpoints")),
    tokenizer: otherwise(
      "the config's, or the model's",
      text("gpt2|bytes|FILE|DIR", "what makes ids of text"),
    ),
    special,
    moeLayers: otherwise(
      "the config's",
      ids("LAYERS", "with --config: layers that are mixtures of experts, such as 1,3"),
    ),
    experts: otherwise("the config's", integer("N", "experts of each; 16 where it has none", 1)),
    optimizer: otherwise(
      "the config's, adamw",
      choice(optimizerNames, "what makes a step of a gradient; adafactor needs the least memory"),
    ),
    lr: otherwise("the config's, 0.0003", number("RATE", "the highest learning rate")),
    batchSize: otherwise("the config's, 8", integer("N", "samples per step", 1)),
    gradAccumulation: otherwise(
      "the config's, 1",
      integer("N", "parts of a batch computed one by one", 1),
    ),
    recompute: flag("compute blocks again, and logits in parts: less memory, more time"),
    context: otherwise(
      "all positions",
      integer("N", "tokens per sample, for eval and generate too", 1),
    ),
    steps: otherwise("the config's, 1000", integer("N", "steps in all", 1)),
    evalEvery: otherwise("the config's, 100", integer("N", "steps between validations", 1)),
    evalBatches: otherwise("the config's, 32", integer("N", "batches a validation looks at", 1)),
    validationShare: otherwise(
      "the config's, 0.05",
      number("PART", "of the data, held back to validate with", { least: 0, most: 0.5 }),
    ),
    saveEvery: otherwise("the config's, 500", integer("N", "steps between checkpoints", 1)),
    machine: otherwise(
      "one core for each device",
      text("FILE", "the machine to plan for, as npm run bench -- machine prints it"),
    ),
    peak: otherwise(
      "measured, unless the run is short",
      number("GFLOPS", "what the machine could do, to show the share reached"),
    ),
    profile: text("FILE", "write the third step's trace there, and print what took its time"),
    sampleEvery: otherwise(
      "none",
      integer("N", "steps between samples of text, 64 tokens each", 1),
    ),
    keep: otherwise("2", integer("N", "the last checkpoints to keep, and the best one", 1)),
    keepEvery: otherwise("none", integer("N", "keep those after every N steps for good", 1)),
    seed: otherwise(
      "the config's, 0",
      integer("N", "what weights, order of data and dropout follow from"),
    ),
    set: pairs("KEY=VALUE", "any key of the config's training: --set warmup_steps=50 decay_to=0"),
    resume: flag("go on from the last checkpoint, with the options it was begun with"),
    ...readingOptions,
    noCrossDocument: flag("no id is predicted from another document, nor sees one"),
    resetPositions: flag("positions begin at 0 in each document, not in each sample"),
    cache: otherwise(".gpt-neo-cache beside the run", text("DIR", "where tokenized text is kept")),
    log: otherwise(
      "jsonl",
      choices(["jsonl", "tensorboard"], "log.jsonl, and events for tensorboard --logdir"),
    ),
    ...meshOptions,
    json: flag("end standard output with the result as one JSON object"),
  },
  check({ config, model, resume, withOptimizer }) {
    if (config === undefined && model === undefined && !resume) {
      return "--config or --model is missing";
    }
    if (withOptimizer && model === undefined) return "--with-optimizer goes with --model";
    return undefined;
  },
  notes: `gpt-neo train --out DIR --resume goes on with the run there and needs nothing else: what is given
beside goes over what it was begun with. A pipe is read anew where it is named again, and another
--validation-share holds back what has been trained on, in part.

Without --weight, the files of all --data are one source, their documents one stream. With
one, every --data is a source of its own, read as often as its share says:
--data a.txt b.txt --weight 0.7 --data c.jsonl --weight 0.3.

A config's PRESET is one of
${inLines(Object.keys(presets), 95)}.

A config's FILE is JSON of ours, of Hugging Face or of GPT-Neo, or YAML of GPT-NeoX; NeoX's in
several files are given with commas between: --config 125M.yml,local.yml. Beside --model, --config
FILE says key by key what is otherwise than in the config.json that lies with its weights.

Checkpoints of the original GPT-Neo hold the optimizer's state and the step: with --with-optimizer
training goes on as there, learning rate included, but takes the data from their beginning.

${meshNotes}`,
};
