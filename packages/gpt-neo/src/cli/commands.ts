import { catCommand } from "./cat-options.ts";
import type { Command, RunnableCommand } from "./command.ts";
import { convertCommand } from "./convert-options.ts";
import { devicesCommand } from "./devices-options.ts";
import { evalCommand } from "./eval-options.ts";
import { gatherCommand } from "./gather-options.ts";
import { generateCommand } from "./generate-options.ts";
import { inspectCommand } from "./inspect-options.ts";
import { serveCommand } from "./serve-options.ts";
import { tokenizeCommand } from "./tokenize-options.ts";
import { decodeCommand, encodeCommand, trainTokenizerCommand } from "./tokenizer-options.ts";
import { trainCommand } from "./train-options.ts";

/** A command of whatever options. */
// biome-ignore lint/suspicious/noExplicitAny: a command is only ever called with its own options
export type AnyCommand = RunnableCommand<any>;

/** All commands; a new one is an entry here. */
export const commands: readonly AnyCommand[] = [
  runBy(trainCommand, () => import("./run/train.ts")),
  runBy(generateCommand, () => import("./run/generate.ts")),
  runBy(serveCommand, () => import("./run/serve.ts")),
  runBy(evalCommand, () => import("./run/eval.ts")),
  runBy(tokenizeCommand, () => import("./run/tokenize.ts")),
  runBy(trainTokenizerCommand, async () => ({ run: (await tokenizers()).runTrain })),
  runBy(encodeCommand, async () => ({ run: (await tokenizers()).runEncode })),
  runBy(decodeCommand, async () => ({ run: (await tokenizers()).runDecode })),
  runBy(catCommand, () => import("./run/cat.ts")),
  runBy(convertCommand, () => import("./run/convert.ts")),
  runBy(gatherCommand, () => import("./run/gather.ts")),
  runBy(inspectCommand, () => import("./run/inspect.ts")),
  runBy(devicesCommand, () => import("./run/devices.ts")),
];

function tokenizers(): Promise<typeof import("./run/tokenizer.ts")> {
  return import("./run/tokenizer.ts");
}

function runBy<Values>(
  command: Command<Values>,
  load: RunnableCommand<Values>["load"],
): RunnableCommand<Values> {
  return { ...command, load };
}
