import { MtfError } from "mtf";
import { nearest, sentenceOf } from "mtf/files";
import { readArguments } from "./arguments.ts";
import { errorAsTyped } from "./as-typed.ts";
import { type AnyCommand, commands } from "./commands.ts";
import { printCommandHelp, printGroupHelp, printHelp } from "./help.ts";
import { printResult } from "./result.ts";
import { version } from "./version.ts";

/** Where a program's words go. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** Whether errors show where they come from. */
  readonly debug?: boolean;
}

/**
 * Runs a command line and gives the exit code: results and help go to `out`, the rest to `err`.
 *
 * @example
 * process.exitCode = await dispatch(["eval", "--model", "run", "--data", "a.txt"], output);
 */
export async function dispatch(
  args: readonly string[],
  output: Output,
  known: readonly AnyCommand[] = commands,
): Promise<number> {
  try {
    const asked = args[0] === "help" && args.length > 1 ? [...args.slice(1), "--help"] : args;
    const [name, ...rest] = asked;
    if (name === "--help" || name === "-h" || name === "help") {
      output.out(printHelp());
      return 0;
    }
    if (name === "--version" || name === "-v" || name === "version") {
      output.out(`${version()}\n`);
      return 0;
    }
    if (name === undefined) {
      output.err(printHelp());
      return 1;
    }
    const both = known.find((candidate) => candidate.name === `${name} ${rest[0]}`);
    const within = known.filter((candidate) => candidate.name.startsWith(`${name} `));
    if (!both && within.length > 0 && rest.some((word) => word === "--help" || word === "-h")) {
      output.out(printGroupHelp(name, within));
      return 0;
    }
    const command = both ?? find(name, known);
    const values = readArguments(command, both ? rest.slice(1) : rest);
    if (values === "help") {
      output.out(printCommandHelp(command));
      return 0;
    }
    const { run } = await command.load();
    const result = await run(values);
    const { follows } = await import("../team.ts");
    if (!follows()) printResult(result, values.json === true, output.out);
    return 0;
  } catch (error) {
    const { turnToTell } = await import("mtf/mpi");
    output.err(`${turnToTell()}${printError(error, output.debug === true)}\n`);
    return 1;
  }
}

function find(name: string, known: readonly AnyCommand[]): AnyCommand {
  const command = known.find((candidate) => candidate.name === name);
  if (command) return command;
  const longer = known.filter((candidate) => candidate.name.startsWith(`${name} `));
  if (longer.length > 0) {
    throw new MtfError("bad-argument", `${name} needs to be told what to do.`, {
      try: longer.map((candidate) => `gpt-neo ${candidate.name} ${candidate.usage}`),
    });
  }
  const names = known.map((candidate) => candidate.name);
  const near = nearest(name, names) ?? names.find((one) => name.startsWith(one));
  const question = near === undefined ? "" : ` Did you mean ${near}?`;
  throw new MtfError("bad-argument", `there is no command '${name}'.${question}`, {
    evidence: [["commands", names.join(", ")]],
  });
}

function printError(error: unknown, debug: boolean): string {
  if (!(error instanceof Error)) return `gpt-neo: ${String(error)}`;
  if (debug) return `gpt-neo: ${error.stack ?? error.message}`;
  if (!(error instanceof MtfError)) return `gpt-neo: ${error.name}: ${error.message}`;
  // That an array is not to be had is the library's business; why is what its user can act on.
  const { cause } = error.details;
  if (error.code === "poisoned" && cause instanceof MtfError) return printError(cause, debug);
  return `gpt-neo: ${errorAsTyped(withoutCodeLine(error)).message}`;
}

/** Which line of this program met an error is of no use to who wrote the command. */
function withoutCodeLine(error: MtfError): MtfError {
  const { evidence = [], ...details } = error.details;
  const told = evidence.filter(
    ([label, text]) => label !== "at" || !/\.[cm]?[jt]s:\d+$/.test(text),
  );
  if (told.length === evidence.length) return error;
  return new MtfError(error.code, sentenceOf(error), { ...details, evidence: told });
}
