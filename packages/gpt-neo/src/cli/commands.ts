import { convertCommand } from "../convert/options.ts";
import { catCommand } from "./cat-options.ts";
import type { Command } from "./command.ts";
import { evalCommand } from "./eval-options.ts";
import { generateCommand } from "./generate-options.ts";
import { inspectCommand } from "./inspect-options.ts";
import { tokenizeCommand } from "./tokenize-options.ts";
import { decodeCommand, encodeCommand, trainTokenizerCommand } from "./tokenizer-options.ts";
import { trainCommand } from "./train-options.ts";

/** A command of whatever options. */
// biome-ignore lint/suspicious/noExplicitAny: a command is only ever called with its own options
export type AnyCommand = Command<any>;

/** All commands; a new one is an entry here. */
export const commands: readonly AnyCommand[] = [
  trainCommand,
  generateCommand,
  evalCommand,
  tokenizeCommand,
  trainTokenizerCommand,
  encodeCommand,
  decodeCommand,
  catCommand,
  convertCommand,
  inspectCommand,
];
