import { parseArgs } from "node:util";
import { MtfError, nearest } from "mtf";
import type { Command } from "./command.ts";
import { type Option, typed } from "./option.ts";

/**
 * The values of a command's arguments, or `help` if that is what they ask for.
 *
 * @throws MtfError `bad-argument` naming the option, and what was meant or should have been given
 * @example
 * readArguments(evalCommand, ["--model", "run", "--data", "a.txt", "b.txt"]);
 */
export function readArguments<Values>(
  command: Command<Values>,
  args: readonly string[],
): Values | "help" {
  const table = Object.entries(command.options) as [keyof Values & string, Option<unknown>][];
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", short: "h" },
      ...Object.fromEntries(
        table.map(([key, { kind }]) => [
          typed(key),
          { type: kind === "flag" ? "boolean" : "string" },
        ]),
      ),
    } as const,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  if (tokens.some((token) => token.kind === "option" && token.name === "help")) return "help";

  const values: Record<string, unknown> = {};
  // The option that further words belong to, as in `--data a.txt b.txt`.
  const words = table.find(([key]) => key === command.words);
  let open: readonly [string, Option<unknown>] | undefined = words;
  for (const token of tokens) {
    if (token.kind === "option-terminator") continue;
    if (token.kind === "positional") {
      if (!open || (open[1].kind !== "values" && open[0] in values)) {
        throw unexpected(command, token.value);
      }
      put(values, open, token.value);
      continue;
    }
    const entry = table.find(([key]) => typed(key) === token.name);
    if (!entry) throw unknownOption(command, table, token.rawName);
    const [key, option] = entry;
    const name = `--${typed(key)}`;
    if (option.kind !== "values" && key in values) {
      throw wrong(command, `${name} is given twice.`);
    }
    if (option.kind === "flag") {
      if (token.value !== undefined) throw wrong(command, `${name} takes no value.`);
      values[key] = true;
      open = words;
      continue;
    }
    // A value that looks like an option is one: what was meant as a value has its `=`.
    const { value, inlineValue } = token;
    if (value === undefined || (!inlineValue && /^-[^\d.]/.test(value))) {
      const dash = value === undefined ? "" : ` (one that begins with - is written ${name}=…)`;
      throw wrong(command, `${name} needs a value: ${name} ${option.shown}${dash}.`);
    }
    put(values, entry, value);
    open = option.kind === "values" ? entry : words;
  }
  for (const [key, option] of table) {
    if (!option.required || key in values) continue;
    const name = key === command.words && option.kind !== "flag" ? option.shown : `--${typed(key)}`;
    throw wrong(command, `${name} is missing.`);
  }
  const problem = command.check?.(values as Values);
  if (problem !== undefined) throw wrong(command, `${problem}.`);
  return values as Values;
}

function put(
  values: Record<string, unknown>,
  [key, option]: readonly [string, Option<unknown>],
  written: string,
): void {
  const result = option.read(written);
  if ("expected" in result) {
    const name = typed(key);
    throw new MtfError("bad-argument", `--${name} is '${written}', not ${result.expected}.`, {
      option: name,
    });
  }
  const before = (values[key] ?? []) as readonly unknown[];
  const several = option.kind === "values";
  values[key] = several ? [...before, ...(result.value as readonly unknown[])] : result.value;
}

type AnyCommand = Pick<Command<never>, "name" | "usage">;

function wrong({ name, usage }: AnyCommand, sentence: string): MtfError {
  return new MtfError("bad-argument", sentence, {
    evidence: [
      ["usage", `gpt-neo ${name} ${usage}`],
      ["more", `gpt-neo ${name} --help`],
    ],
  });
}

function unexpected(command: AnyCommand, word: string): MtfError {
  return wrong(command, `'${word}' belongs to no option.`);
}

function unknownOption(
  { name, usage }: AnyCommand,
  table: readonly (readonly [string, unknown])[],
  written: string,
): MtfError {
  const known = [...table.map(([key]) => typed(key)), "help"];
  const near = nearest(written.replace(/^-+/, ""), known);
  const question = near === undefined ? "" : ` Did you mean --${near}?`;
  return new MtfError("bad-argument", `there is no option ${written}.${question}`, {
    evidence: [
      ["usage", `gpt-neo ${name} ${usage}`],
      ["more", `gpt-neo ${name} --help`],
    ],
  });
}
