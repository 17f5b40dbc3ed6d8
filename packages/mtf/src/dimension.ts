import { recordArgument, tell, textArgument } from "./arguments.ts";
import { MtfError } from "./errors.ts";
import { captureLine } from "./sourceLine.ts";

/** A named dimension: the name is a type, the size is a value. */
export interface Dimension<Name extends string = string> {
  readonly name: Name;
  readonly size: number;
}

/** Selects an existing dimension by name (completed by the editor) or by object. */
export type Select<Names extends string> = Names | Dimension<Names>;

/** Several selections; a list, so that the compiler infers each name by itself. */
export type Selects<Names extends readonly string[]> = {
  readonly [I in keyof Names]: Select<Names[I]>;
};

/** Several dimensions; a list, so that the compiler infers each name by itself. */
export type Dimensions<Names extends readonly string[]> = {
  readonly [I in keyof Names]: Dimension<Names[I]>;
};

/**
 * The names without some of them. As `Exclude`, but of names that are not known to the compiler any
 * may be left.
 */
export type Without<Names extends string, Dropped extends string> = Names extends Dropped
  ? string extends Names
    ? Names
    : never
  : Names;

/** What the compiler shows where an argument cannot be meant. No value has this type. */
export interface Mistake<Sentence extends string> {
  readonly "~mistake": Sentence;
}

/**
 * One dimension.
 *
 * @throws MtfError `bad-size` unless the size is a positive integer; `bad-argument` for a name
 * that layouts could not spell.
 * @example
 * const batch = dimension("batch", 64);
 */
export function dimension<const Name extends string>(name: Name, size: number): Dimension<Name> {
  if (!isDimName(textArgument("dimension", "name", name))) {
    throw new MtfError("bad-argument", `'${name}' cannot name a dimension.`, {
      evidence: [["at", captureLine()]],
      try: ["letters, digits and _, beginning with a letter"],
    });
  }
  if (!isDimSize(size)) {
    throw new MtfError(
      "bad-size",
      `dimension '${name}' has size ${tell(size)}: a size is a positive integer.`,
      { evidence: [["at", captureLine()]] },
    );
  }
  return Object.freeze({ name, size });
}

/** Whether layouts can spell a name. An object cannot hold `__proto__` as it holds other names. */
export function isDimName(name: unknown): name is string {
  return typeof name === "string" && /^[A-Za-z_]\w*$/.test(name) && name !== "__proto__";
}

export function isDimSize(size: unknown): size is number {
  return Number.isSafeInteger(size) && (size as number) >= 1;
}

/**
 * Names and sizes of a model's dimensions, once, as values whose names the compiler knows.
 *
 * @throws MtfError `bad-size` unless every size is a positive integer
 * @example
 * const { batch, embd } = defineDims({ batch: 64, embd: 512 });
 */
export function defineDims<const Sizes extends Record<string, number>>(
  sizes: Sizes,
): { readonly [Name in keyof Sizes & string]: Dimension<Name> } {
  recordArgument("defineDims", "sizes", sizes, "an object of names and sizes");
  const entries = Object.entries(sizes).map(([name, size]) => [name, dimension(name, size)]);
  return Object.freeze(Object.fromEntries(entries));
}

export function nameOf(select: Select<string>): string {
  return typeof select === "string" ? select : select.name;
}

/** `batch=8, embd=64`, as programs and errors print dims. */
export function printDims(dims: readonly Dimension[]): string {
  return dims.map((d) => `${d.name}=${d.size}`).join(", ");
}

/** The number of elements of a tensor with these dims, or with dims of these sizes. */
export function elements(dims: readonly { readonly size: number }[]): number {
  return dims.reduce((product, d) => product * d.size, 1);
}

/** Whether dims are the same, in whatever order. */
export function sameDimSet(a: readonly Dimension[], b: readonly Dimension[]): boolean {
  if (a === b) return true;
  const isThere = ({ name, size }: Dimension) => b.some((d) => d.name === name && d.size === size);
  return a.length === b.length && a.every(isThere);
}
