import { type AnyCommand, commands } from "./commands.ts";
import { type Option, typed } from "./option.ts";

/** The list of commands, as `gpt-neo --help` prints it. */
export function printHelp(): string {
  const rows = commands.map(({ name, summary }) => [name, summary] as const);
  return `Trains GPT-Neo, and runs it, on any mesh of devices.

Usage: gpt-neo COMMAND [options]

${columns(rows)}

gpt-neo COMMAND --help lists a command's options. DEBUG=1 shows where an error comes from.
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

${columns([...rows.map(([word, { help }]) => [word, help] as const), ["--help", "print this"]])}
${notes === undefined ? "" : `\n${notes}\n`}`;
}

function shown(key: string, option: Option<unknown>): string {
  const name = `--${typed(key)}`;
  if (option.kind === "flag") return name;
  return `${name} ${option.shown}${option.kind === "value" ? "" : "…"}`;
}

/** What is wider than this has its help on a line of its own: one long word widens no others. */
const widest = 30;

function columns(rows: readonly (readonly [string, string])[]): string {
  const widths = rows.map(([left]) => left.length).filter((width) => width <= widest);
  const width = Math.max(...widths);
  return rows
    .map(([left, right]) =>
      left.length <= width
        ? `  ${left.padEnd(width)}  ${right}`
        : `  ${left}\n  ${" ".repeat(width)}  ${right}`,
    )
    .join("\n");
}
