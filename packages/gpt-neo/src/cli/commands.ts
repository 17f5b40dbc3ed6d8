import { catCommand } from "./cat-options.ts";
import type { Command, RunnableCommand } from "./command.ts";
import { convertCommand } from "./convert-options.ts";
import { evalCommand } from "./eval-options.ts";
import { generateCommand } from "./generate-options.ts";
import { inspectCommand } from "./inspect-options.ts";
import { tokenizeCommand } from "./tokenize-options.ts";
import { decodeCommand, encodeCommand, trainTokenizerCommand } from "./tokenizer-options.ts";
import { trainCommand } from "./train-options.ts";

/** A command of whatever options. */
// biome-ignore lint/suspicious/noExplicitAny: a command is only ever called with its own options
export type AnyCommand = RunnableCommand<any>;

/** All commands; a new one is an entry here. */
export const commands: readonly AnyCommand[] = [
  runBy(trainCommand, () => import("../train/command.ts")),
  runBy(generateCommand, () => import("../generate/command.ts")),
  runBy(evalCommand, () => import("../eval/command.ts")),
  runBy(tokenizeCommand, () => import("../tokenize/command.ts")),
  runBy(trainTokenizerCommand, async () => ({ run: (await tokenizers()).runTrain })),
  runBy(encodeCommand, async () => ({ run: (await tokenizers()).runEncode })),
  runBy(decodeCommand, async () => ({ run: (await tokenizers()).runDecode })),
  runBy(catCommand, () => import("../cat/command.ts")),
  runBy(convertCommand, () => import("../convert/command.ts")),
  runBy(inspectCommand, () => import("../inspect/command.ts")),
];

function tokenizers(): Promise<typeof import("../tokenizer/command.ts")> {
  return import("../tokenizer/command.ts");
}

function runBy<Values>(
  command: Command<Values>,
  load: RunnableCommand<Values>["load"],
): RunnableCommand<Values> {
  return { ...command, load };
}
