import { formats, otherNames } from "../data/format.ts";
import type { ReadingOptions } from "../data/reading-options.ts";
import { type WeightsDType, weightsDTypes } from "../models/weights-dtype.ts";
import {
  choice,
  flag,
  integer,
  type Option,
  type Options,
  otherwise,
  required,
  text,
  texts,
} from "./option.ts";
import { size } from "./size.ts";

/** What to read, and how; all commands that read data take these. */
export interface DataOptions extends ReadingOptions {
  readonly data: readonly string[];
}

export const readingOptions: Options<ReadingOptions> = {
  inputFormat: otherwise(
    "their names tell",
    choice(formats, "what files hold; uint16 is nanoGPT's", otherNames),
  ),
  textKey: otherwise("text, input_ids", text("KEY", "the text's key in JSON")),
  zstdWindow: otherwise(
    "128MiB",
    size("SIZE", "memory that a .zst may ask for, up to 2GiB", 2 ** 31),
  ),
};

/** For commands that run a model, whose folder may have none or another. */
export const tokenizer: Option<string> = otherwise(
  "the model's",
  text("gpt2|bytes|FILE|DIR", "what makes ids of text"),
);

/** For commands that run a model. */
export const context: Option<number> = otherwise(
  "what it was trained on",
  integer("N", "tokens the model sees at once", 1),
);

/** For commands that run a model and do not train it. */
export const dtype: Option<WeightsDType> = otherwise(
  "float32",
  choice(weightsDTypes, "what weights take in memory; all compute in float32"),
);

/** For commands that turn text into ids. */
export const special: Option<boolean> = otherwise(
  "it is text",
  flag("<|endoftext|> in a text ends it"),
);

export const dataOptions: Options<DataOptions> = {
  data: required(texts("FILE", "files, folders, patterns, - (standard input)")),
  ...readingOptions,
};
