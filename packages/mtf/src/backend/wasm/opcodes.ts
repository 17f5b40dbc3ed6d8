import type { DType } from "../../dtype.ts";
import type { ElementwiseFn } from "../../graph/kinds.ts";

/** A function of kernels/elementwise.ts, whose module exports the number of each. */
export type Code = ElementwiseFn | IntCode | "add3";

type IntCode =
  | "floatOfInt"
  | "intOfFloat"
  | "boolOfFloat"
  | "boolOfInt"
  | `int${Capitalize<OwnOnInt>}`;

type OwnOnInt =
  | ("neg" | "abs" | "sign" | "square" | "relu" | "add" | "sub" | "mul" | "div" | "mod")
  | ("maximum" | "minimum" | "clip" | "equal" | "notEqual")
  | ("less" | "lessEqual" | "greater" | "greaterEqual");

/** Functions that are another one on int32 (and on bool, whose elements come as 0 and 1). */
const withOwnOnInt: readonly OwnOnInt[] = [
  ...(["neg", "abs", "sign", "square", "relu", "add", "sub", "mul", "div", "mod"] as const),
  ...(["maximum", "minimum", "clip", "equal", "notEqual"] as const),
  ...(["less", "lessEqual", "greater", "greaterEqual"] as const),
];

const casts = {
  float32: { toFloat32: "identity", toInt32: "intOfFloat", toBool: "boolOfFloat" },
  int32: { toFloat32: "floatOfInt", toInt32: "identity", toBool: "boolOfInt" },
} as const satisfies Record<string, Partial<Record<ElementwiseFn, Code>>>;

/** Functions of words, whatever these mean. */
const ofWords: readonly ElementwiseFn[] = ["identity", "not", "and", "or", "where"];

/** The numbers of the kernels' functions. */
export type Codes = Readonly<Partial<Record<Code, number>>>;

/** The numbers that a module exports as `Fn.add`, `Fn.intAdd` … */
export function codesIn(exports: WebAssembly.Exports): Codes {
  const entries = Object.entries(exports).flatMap(([name, value]) =>
    name.startsWith("Fn.") ? [[name.slice(3), (value as WebAssembly.Global).value as number]] : [],
  );
  return Object.fromEntries(entries);
}

/** The function on arguments of a dtype, or undefined where the kernels lack it. */
export function codeOf(codes: Codes, fn: ElementwiseFn, dtype: DType): Code | undefined {
  const code = nameOf(fn, dtype);
  return code !== undefined && code in codes ? code : undefined;
}

function nameOf(fn: ElementwiseFn, dtype: DType): Code | undefined {
  const cast = (casts[dtype === "float32" ? dtype : "int32"] as Partial<Record<string, Code>>)[fn];
  if (cast !== undefined || dtype === "float32") return cast ?? fn;
  const own = withOwnOnInt.find((name) => name === fn);
  if (own) return `int${own[0]!.toUpperCase()}${own.slice(1)}` as Code;
  return ofWords.includes(fn) ? fn : undefined;
}
