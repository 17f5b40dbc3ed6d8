import { parseArgs } from "node:util";

/** What a benchmark was asked for. */
export interface Options<Name extends string> {
  /** One object a line instead of a table. */
  readonly json: boolean;
  /** Sizes so small that the figures mean nothing: to see that the benchmark works. */
  readonly quick: boolean;
  readonly values: { readonly [N in Name]?: string };
}

const common = `
  --json   one object a line
  --quick  sizes so small that the figures mean nothing: to see that the benchmark works
  --help   this text`;

/** Reads a benchmark's arguments; tells its help, or what is wrong with them, and ends. */
export function readOptions<const Name extends string = never>(
  help: string,
  names: readonly Name[] = [],
): Options<Name> {
  const flag = { type: "boolean", default: false } as const;
  const own = Object.fromEntries(names.map((name) => [name, { type: "string" as const }]));
  try {
    const { values } = parseArgs({ options: { ...own, json: flag, quick: flag, help: flag } });
    if (values.help) {
      console.log(`${help.trim()}${common}`);
      process.exit(0);
    }
    const { json, quick, help: _, ...given } = values;
    return { json: json === true, quick: quick === true, values: given as never };
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
