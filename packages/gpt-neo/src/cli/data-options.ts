import { formats } from "../data/format.ts";
import type { ReadingOptions } from "../data/reading-options.ts";
import {
  choice,
  flag,
  integer,
  type Option,
  type Options,
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
  inputFormat: choice(formats, "what files hold (default: their names tell); uint16 is nanoGPT's"),
  textKey: text("KEY", "the text's key in JSON (default: text, input_ids)"),
  zstdWindow: size("SIZE", "memory that a .zst may ask for, up to 2GiB (default: 128MiB)", 2 ** 31),
};

/** For commands that run a model, whose folder may have none or another. */
export const tokenizer: Option<string> = text(
  "gpt2|bytes|FILE|DIR",
  "what makes ids of text (default: the model's)",
);

/** For commands that run a model. */
export const context: Option<number> = integer(
  "N",
  "tokens the model sees at once (default: what it was trained on)",
  1,
);

/** For commands that turn text into ids. */
export const special: Option<boolean> = flag(
  "<|endoftext|> in a text ends it (default: it is text)",
);

export const dataOptions: Options<DataOptions> = {
  data: required(texts("FILE", "files, folders, patterns, - (standard input)")),
  ...readingOptions,
};
