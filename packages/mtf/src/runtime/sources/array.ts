import { tell } from "../../arguments.ts";
import { type Dimension, elements, printDims } from "../../dimension.ts";
import type { DType, HostArray } from "../../dtype.ts";
import { type ErrorDetails, type Evidence, MtfError } from "../../errors.ts";
import { printResting } from "../../rest/print.ts";
import type { Rest } from "../../rest/rest.ts";
import type { Source } from "../devices.ts";

/** What a source is to fill. */
export interface Wanted {
  /** Where it stands among the arguments, for errors. */
  readonly path: string;
  readonly dims: readonly Dimension[];
  readonly dtype: DType;
  readonly rest?: Rest | undefined;
}

/**
 * Given numbers as an array of the input's length and dtype. Numbers for float32 may be float64:
 * backends round them.
 *
 * @throws MtfError `wrong-input` if there are too many or too few, or of another dtype, or if a
 * tensor with dims is given one number
 */
export function numbersOf(source: HostArray | readonly number[] | number, to: Wanted): HostArray {
  const expected = elements(to.dims);
  if (typeof source === "number" && to.dims.length > 0) throw notAScalar(source, to, expected);
  const numbers = typeof source === "number" ? [source] : source;
  if (Array.isArray(numbers)) requireNumbers(numbers, to);
  if (numbers.length !== expected) {
    const given = numbers.length === 1 ? "1 number" : `${numbers.length} numbers`;
    const sentence = `'${to.path}' was given ${given} and takes ${expected}.`;
    throw wrongInput(to, sentence, { given: numbers.length, expected });
  }
  if (ArrayBuffer.isView(numbers)) {
    // Halves may come as they will rest: as bits.
    if (numbers instanceof Uint16Array && typeof to.rest === "string") return numbers;
    if (accepts[to.dtype].some((type) => numbers instanceof type)) {
      // Whatever is not 0 holds, as a mask of 255 in images.
      return isBool(to) && numbers.some((x) => x > 1)
        ? numbers.map((x) => Number(x !== 0))
        : numbers;
    }
    const given = numbers.constructor.name;
    throw wrongInput(to, `'${to.path}' takes ${to.dtype} and was given numbers as ${given}.`, {
      given,
      try: [`${accepts[to.dtype][0].name}.from(…)`],
    });
  }
  const result = new fromNumbers[to.dtype](numbers);
  if (to.dtype === "float32") return result;
  const at = numbers.findIndex(
    (number, i) => Number(number) !== result[i] || (isBool(to) && number > 1),
  );
  if (at < 0) return result;
  throw wrongInput(to, `'${to.path}' takes ${to.dtype} and was given ${numbers[at]}.`, {
    given: numbers[at],
    at,
  });
}

function notAScalar(value: number, to: Wanted, expected: number): MtfError {
  const array = accepts[to.dtype][0].name;
  return wrongInput(to, `'${to.path}' was given one number, ${value}, and takes ${expected}.`, {
    given: 1,
    expected,
    try: [`new ${array}(${expected}).fill(${value})`],
  });
}

/** A plain array may hold anything, which typed arrays would turn into NaN or 0. */
function requireNumbers(values: readonly unknown[], to: Wanted): void {
  const fits = (value: unknown) =>
    typeof value === "number" || (typeof value === "boolean" && isBool(to));
  const at = values.findIndex((value) => !fits(value));
  if (at < 0) return;
  throw wrongInput(to, `'${to.path}' was given ${tell(values[at])} among its numbers.`, {
    at,
    ...(Array.isArray(values[at]) && { try: ["array.flat(), row by row"] }),
  });
}

export function wrongInput(to: Wanted, sentence: string, facts: ErrorDetails = {}): MtfError {
  const takes = printResting(to, printDims(to.dims));
  const evidence: Evidence[] = [["takes", takes], ...(facts.evidence ?? [])];
  return new MtfError("wrong-input", sentence, { path: to.path, ...facts, evidence });
}

export function isNumbers(source: Source): source is HostArray | readonly number[] | number {
  if (typeof source === "number" || Array.isArray(source)) return true;
  return ArrayBuffer.isView(source) && !(source instanceof DataView);
}

const accepts = {
  float32: [Float32Array, Float64Array],
  int32: [Int32Array],
  bool: [Uint8Array],
} as const;

const fromNumbers = { float32: Float64Array, int32: Int32Array, bool: Uint8Array } as const;

function isBool({ dtype }: Wanted): boolean {
  return dtype === "bool";
}
