import type { WeightType } from "../weights/weight-type.ts";
import type { Command } from "./command.ts";
import { choice, flag, integer, otherwise, required, text } from "./option.ts";
import { size } from "./size.ts";

export interface ConvertCommandOptions {
  readonly from: string;
  readonly to: string;
  readonly dtype?: WeightType;
  readonly clamp?: boolean;
  readonly maxShardSize?: number;
  readonly config?: string;
  readonly vocabSize?: number;
  readonly json?: boolean;
}

export const convertCommand: Command<ConvertCommandOptions> = {
  name: "convert",
  summary: "write weights of any kind as a Hugging Face folder",
  usage: "--from DIR --to DIR",
  options: {
    from: required(text("DIR", "weights: a folder, a file, or a TensorFlow checkpoint")),
    to: required(text("DIR", "the folder to write: a new or an empty one")),
    dtype: otherwise(
      "as before",
      choice(["float32", "float16", "bfloat16"], "how numbers are stored"),
    ),
    clamp: otherwise("an error", flag("make numbers too large for the type its largest")),
    maxShardSize: otherwise("one file", size("SIZE", "split files larger than this, as 5GB")),
    config: otherwise("what lies beside the weights", text("FILE", "the config")),
    vocabSize: otherwise(
      "all",
      integer("N", "rows of the embedding to keep; the rest is padding", 1),
    ),
    json: flag("end standard output with one object that says what was written"),
  },
  notes:
    "Reads safetensors and pytorch_model.bin, in one file or several, and the checkpoints of the\n" +
    "original GPT-Neo, which need the JSON config they were trained with beside them or --config.",
};
