import { parseArgs } from "node:util";
import { MtfError } from "mtf";
import { meantBy } from "../meant-by.ts";
import type { Command } from "./command.ts";
import { type OwnOption, ownOptions, withOwn, withWord } from "./groups.ts";
import { type Group, type Option, type Read, typed } from "./option.ts";

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
  const table = Object.entries(command.options) as [string, Option<unknown>][];
  const owned = ownOptions(table);
  const all = [...table, ...owned.map(({ name, option }) => [name, option] as const)];
  const { tokens } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", short: "h" },
      ...Object.fromEntries(
        all.map(([key, { kind }]) => [
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
      if (!open || (!takesMore(open[1]) && open[0] in values)) {
        throw unexpected(command, token.value);
      }
      put(values, open, token.value, false);
      continue;
    }
    const own = owned.find(({ name }) => typed(name) === token.name);
    if (own) {
      putOwn(command, values, own, valueFor(command, token, own.option));
      open = words;
      continue;
    }
    const entry = table.find(([key]) => typed(key) === token.name);
    if (!entry) throw unknownOption(command, all, token.rawName);
    const [key, option] = entry;
    const name = `--${typed(key)}`;
    if (!takesMore(option) && key in values) {
      throw wrong(command, `${name} is given twice.`);
    }
    if (option.kind === "flag") {
      if (token.value !== undefined) throw wrong(command, `${name} takes no value.`);
      values[key] = true;
      open = words;
      continue;
    }
    put(values, entry, valueFor(command, token, option), true);
    open = takesMore(option) ? entry : words;
  }
  for (const [key, option] of table) {
    if (option.kind !== "groups" || !(key in values)) continue;
    values[key] = option.gather(values[key] as readonly Group[]);
  }
  for (const [key, { otherwise }] of table) {
    if (otherwise?.kind === "value" && !(key in values)) values[key] = otherwise.value;
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

function takesMore({ kind }: Option<unknown>): boolean {
  return kind === "values" || kind === "groups";
}

/** @param opens whether the option itself came before the word, not only another word of it */
function put(
  values: Record<string, unknown>,
  [key, option]: readonly [string, Option<unknown>],
  written: string,
  opens: boolean,
): void {
  const value = read(key, option, written);
  const before = (values[key] ?? []) as readonly unknown[];
  if (option.kind === "values") values[key] = [...before, ...(value as readonly unknown[])];
  else if (option.kind === "groups") {
    values[key] = withWord(before as readonly Group[], value as string, opens);
  } else values[key] = value;
}

function putOwn(
  command: AnyCommand,
  values: Record<string, unknown>,
  { name, option, owner }: OwnOption,
  written: string,
): void {
  const groups = (values[owner] ?? []) as readonly Group[];
  const group = groups.at(-1);
  const [it, opens] = [`--${typed(name)}`, `--${typed(owner)}`];
  if (!group) throw wrong(command, `${it} belongs to the ${opens} before it, and there is none.`);
  if (name in group.own) {
    throw wrong(command, `${it} is given twice for ${opens} ${group.words.join(" ")}.`);
  }
  values[owner] = withOwn(groups, name, read(name, option, written));
}

function read<T>(key: string, option: { readonly read: Read<T> }, written: string): T {
  const result = option.read(written);
  if ("value" in result) return result.value;
  const name = typed(key);
  throw new MtfError("bad-argument", `--${name} is '${written}', not ${result.expected}.`, {
    option: name,
    ...(result.meant !== undefined && { try: [`--${name} ${result.meant}`] }),
  });
}

/** The value of an option. What looks like an option is one: a value like that has its `=`. */
function valueFor(
  command: AnyCommand,
  token: {
    readonly name: string;
    readonly value?: string | undefined;
    readonly inlineValue?: boolean | undefined;
  },
  option: { readonly shown: string },
): string {
  const { value, inlineValue } = token;
  if (value !== undefined && (inlineValue || !/^-[^\d.]/.test(value))) return value;
  const name = `--${token.name}`;
  const dash = value === undefined ? "" : ` (one that begins with - is written ${name}=…)`;
  throw wrong(command, `${name} needs a value: ${name} ${option.shown}${dash}.`);
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
  const near = meantBy(written.replace(/^-+/, ""), known);
  const question = near === undefined ? "" : ` Did you mean --${near}?`;
  return new MtfError("bad-argument", `there is no option ${written}.${question}`, {
    evidence: [
      ["usage", `gpt-neo ${name} ${usage}`],
      ["more", `gpt-neo ${name} --help`],
    ],
  });
}
