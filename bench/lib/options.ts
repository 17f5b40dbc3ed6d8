import { parseArgs } from "node:util";

/** What a benchmark was asked for. */
export interface Options<Name extends string> {
  /** One object a line instead of a table. */
  readonly json: boolean;
  /** Sizes so small that the figures mean nothing: to see that the benchmark works. */
  readonly quick: boolean;
  readonly values: { readonly [N in Name]?: string };
  /** Which of the benchmark's own flags are given. */
  readonly flags: ReadonlySet<string>;
}

const common = `
  --json   one object a line
  --quick  sizes so small that the figures mean nothing: to see that the benchmark works
  --help   this text`;

/** Reads a benchmark's arguments; tells its help, or what is wrong with them, and ends. */
export function readOptions<const Name extends string = never>(
  help: string,
  names: readonly Name[] = [],
  flags: readonly string[] = [],
): Options<Name> {
  const flag = { type: "boolean", default: false } as const;
  const own = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  const switches = Object.fromEntries(flags.map((name) => [name, flag]));
  try {
    const { values } = parseArgs({
      options: { ...own, ...switches, json: flag, quick: flag, help: flag },
    });
    if (values.help) {
      console.log(`${help.trim()}${common}`);
      process.exit(0);
    }
    const { json, quick, help: _, ...given } = values;
    const set = new Set(flags.filter((name) => (given as Record<string, unknown>)[name] === true));
    return { json: json === true, quick: quick === true, values: given as never, flags: set };
  } catch (error) {
    fail(`${(error as Error).message}\n--help tells the options`);
  }
}

/** A positive integer that an option gives, or its default. */
export function countOf(text: string | undefined, name: string, otherwise: number): number {
  if (text === undefined) return otherwise;
  if (!/^[1-9][0-9]*$/.test(text)) fail(`--${name} takes a positive integer, not '${text}'`);
  return Number(text);
}

/** The positive integers that an option lists, or its default. */
export function countsOf(
  text: string | undefined,
  name: string,
  otherwise: readonly number[],
): readonly number[] {
  return text === undefined ? otherwise : text.split(",").map((part) => countOf(part, name, 1));
}

/** The one of some words that an option gives. */
export function one<W extends string>(text: string, option: string, words: readonly W[]): W {
  const found = words.find((word) => word === text);
  if (found === undefined) fail(`--${option} takes ${words.join(" or ")}, not '${text}'`);
  return found;
}

/** The names that an option lists, or all there are. */
export function chosen<N extends string>(
  text: string | undefined,
  option: string,
  all: readonly N[],
): readonly N[] {
  if (text === undefined) return all;
  const names = text.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !all.includes(name as N));
  if (unknown !== undefined) fail(`--${option}: no '${unknown}' among ${all.join(", ")}`);
  return names as N[];
}

export function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
