import { arrayArgument, optionsArgument, tell } from "../arguments.ts";
import type { Dimension, Select } from "../dimension.ts";
import { MtfError } from "../errors.ts";
import { selectName } from "../ops/check.ts";
import { captureLine } from "../sourceLine.ts";
import { nearest } from "../suggest.ts";
import type { Rest } from "./rest.ts";

/**
 * What the float32 numbers of an input rest as: `"bfloat16"`, `"float16"`, or int8 with a float32
 * scale for each index of some of its dims. Choose those that products with it keep: a weight
 * `[embd, ff]` that is summed over `embd` has `scales: [ff]`.
 */
export type RestAs<Names extends string = string> =
  | "bfloat16"
  | "float16"
  | { readonly dtype: "int8"; readonly scales: readonly Select<Names>[] };

/** What a tensor of these dims and dtype is to rest as. */
export function restArgument(
  fn: string,
  argument: string,
  given: unknown,
  dims: readonly Dimension[],
): Rest {
  if (given === "bfloat16" || given === "float16") return given;
  if (given === "int8") {
    const sentence = `${fn}: an int8 needs to know which dims have scales.`;
    throw fault("bad-argument", sentence, [int8Of(dims)]);
  }
  if (typeof given !== "object" || given === null) throw unknownRest(fn, argument, given);
  optionsArgument(fn, argument, given, ["dtype", "scales"]);
  const { dtype: narrow, scales } = given as { dtype?: unknown; scales?: unknown };
  if (narrow === "bfloat16" || narrow === "float16") {
    if (scales === undefined) return narrow;
    throw fault("bad-argument", `${fn}: ${narrow} has no scales.`, [`rest: "${narrow}"`]);
  }
  if (narrow !== "int8") throw unknownRest(fn, `${argument}.dtype`, narrow);
  const names = dims.map((d) => d.name);
  const takes = "an array of dims";
  const list = arrayArgument(fn, `${argument}.scales`, scales, takes, [int8Of(dims)]).map(
    (dim, i) => selectName(fn, `${argument}.scales[${i}]`, dim, names),
  );
  const lost = list.find((name) => !names.includes(name));
  if (lost !== undefined) {
    const near = nearest(lost, names);
    const sentence = `${fn}: the tensor has no dim '${lost}' to have scales.`;
    throw fault("missing-dim", sentence, near === undefined ? names : [near]);
  }
  // In the order of the tensor's dims, so that the same scales are the same rest.
  return { dtype: "int8", scales: names.filter((name) => list.includes(name)) };
}

/** Narrow numbers are no dtype to compute with. */
export function narrowAsDType(
  fn: string,
  argument: string,
  given: unknown,
  dims: readonly Dimension[],
): void {
  if (given !== "bfloat16" && given !== "float16" && given !== "int8") return;
  const sentence = `${fn}: '${argument}' is what is computed with, and ${given} is what float32 may rest as.`;
  throw fault("bad-argument", sentence, [given === "int8" ? int8Of(dims) : `{ rest: "${given}" }`]);
}

/** How to write an int8 of these dims. */
function int8Of(dims: readonly Dimension[]): string {
  const scales = dims.map((d) => d.name).join(" or ");
  return `{ rest: { dtype: "int8", scales: [${scales}] } }, the dims that products with it keep`;
}

function unknownRest(fn: string, argument: string, given: unknown): MtfError {
  const sentence = `${fn}: '${argument}' must be what float32 rests as, and is ${tell(given)}.`;
  return fault("bad-argument", sentence, [
    `rest: "bfloat16", "float16", or { dtype: "int8", scales: [dim] }`,
  ]);
}

function fault(
  code: "bad-argument" | "missing-dim",
  sentence: string,
  advice: readonly string[],
): MtfError {
  return new MtfError(code, sentence, { evidence: [["at", captureLine()]], try: advice });
}
