import { type AnyCommand, commands } from "./commands.ts";
import { type Option, typed } from "./option.ts";

/** The list of commands, as `gpt-neo --help` prints it. */
export function printHelp(): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return `Trains GPT-Neo, and runs it, on any mesh of devices.

Usage: gpt-neo COMMAND [options]

${columns(rows)}

gpt-neo COMMAND --help, or gpt-neo help COMMAND, lists a command's options; gpt-neo --version says
which this is. DEBUG=1 shows where an error comes from.
`;
}

/** The commands of two words that begin with the same one, as `gpt-neo tokenizer --help` prints them. */
export function printGroupHelp(name: string, within: readonly AnyCommand[]): string {
  const rows = within.map(({ name, summary }) => [name, summary] as const);
  return `Usage: gpt-neo ${name} COMMAND [options]

${columns(rows)}

gpt-neo ${name} COMMAND --help lists a command's options.
`;
}

/** A command's options, as `gpt-neo COMMAND --help` prints them. */
export function printCommandHelp({
  name,
  summary,
  usage,
  options,
  words,
  notes,
}: AnyCommand): string {
  const entries = Object.entries(options) as [string, Option<unknown>][];
  const rows = entries.flatMap(([key, option]) => {
    const word =
      key === words && option.kind !== "flag"
        ? `${option.shown}, ${shown(key, option)}`
        : shown(key, option);
    const own = option.kind === "groups" ? Object.entries(option.own) : [];
    return [[word, option] as const, ...own.map(([name, one]) => [shown(name, one), one] as const)];
  });
  return `gpt-neo ${name}: ${summary}.

Usage: gpt-neo ${name} ${usage} [options]

${columns([...rows.map(([word, option]) => [word, option.help, defaultOf(option)] as const), ["--help", "print this"]])}
${notes === undefined ? "" : `\n${notes}\n`}`;
}

function shown(key: string, option: Option<unknown>): string {
  const name = `--${typed(key)}`;
  if (option.kind === "flag") return name;
  return `${name} ${option.shown}${option.kind === "value" ? "" : "…"}`;
}

function defaultOf({ otherwise }: Option<unknown>): string {
  if (!otherwise) return "";
  return `(default: ${otherwise.kind === "value" ? otherwise.value : otherwise.by})`;
}

/** What is wider than this has its help on a line of its own: one long word widens no others. */
const widest = 30;

/** No line is wider than this. */
const screen = 100;

/** What is left, what it means, and what goes behind that, on a line of its own where it is too wide. */
function columns(rows: readonly (readonly [left: string, help: string, more?: string])[]): string {
  const widths = rows.map(([left]) => left.length).filter((width) => width <= widest);
  const width = Math.max(...widths);
  const indent = `\n  ${" ".repeat(width)}  `;
  return rows
    .map(([left, help, more = ""]) => {
      const begin = left.length <= width ? `  ${left.padEnd(width)}  ` : `  ${left}${indent}`;
      if (more === "") return begin + help;
      const fits = width + help.length + more.length + 5 <= screen;
      return `${begin}${help}${fits ? " " : indent}${more}`;
    })
    .join("\n");
}
