import { optionsArgument } from "../../arguments.ts";
import { type Box, volume } from "../../program/placement.ts";
import { checkBox, wholeBox } from "./boxes.ts";
import type { ByteSource } from "./bytes.ts";
import {
  type ArrayFor,
  arrayFor,
  type Decoder,
  decoderOf,
  type Elements,
  naturalType,
  type ReadAs,
  readAsArgument,
  storedAs,
} from "./decode.ts";
import { type Loop, loopsOf, planReads, rowMajor, starts } from "./loops.ts";
import { type StoredDType, storedBits } from "./stored.ts";

/** A tensor whose elements lie at regular steps in a file. */
export interface StridedTensor {
  readonly name: string;
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
  /** Steps of each dim, in elements; row by row where none are given. */
  readonly strides?: readonly number[];
  /** Where the first element is, in bytes. */
  readonly offset: number;
}

export interface ReadOptions<As extends ReadAs = ReadAs> {
  /** The part to read; all of it by default. */
  readonly box?: Box | undefined;
  /** The element type wanted; by default the smallest that holds the stored ones. */
  readonly as?: As | undefined;
}

/**
 * The numbers of a tensor that lies somewhere in a file, or of a box of it, row by row, with little
 * memory beside the result. Who describes the tensor has checked that it lies inside the file.
 *
 * @throws MtfError `bad-argument` for a box outside; `dtype-mismatch` where the type asked for
 * cannot hold the numbers; `bad-file` if the file cannot be read
 * @example
 * const bytes = await openBytes("weights.bin");
 * const turned = { name: "w", dtype: "F32", shape: [3, 2], strides: [1, 3], offset: 64 } as const;
 * await readStrided(bytes, turned); // six numbers, of which the file has columns as rows
 */
export async function readStrided<As extends ReadAs = ReadAs>(
  bytes: ByteSource,
  tensor: StridedTensor,
  options: ReadOptions<As> = {},
): Promise<ArrayFor[As]> {
  const { name, dtype, shape, strides = rowMajor(shape), offset } = tensor;
  optionsArgument("read", "options", options, ["box", "as"]);
  const { box = wholeBox(shape) } = options;
  const as = readAsArgument("read", "options.as", options.as ?? naturalType(dtype));
  const { elements, number } = decoderOf(name, dtype, as);
  checkBox(shape, box);
  const result = arrayFor(as, volume(box));
  if (result.length === 0) return result as ArrayFor[As];

  const width = storedBits[dtype] / 8;
  const raw = storedAs(dtype, as) ? new Uint8Array(result.buffer) : undefined;
  const first = box.reduce((sum, range, dim) => sum + range.begin * strides[dim]!, 0);
  const { outer, inner, block } = planReads(loopsOf(box, strides), width);
  let buffer = new Uint8Array(0);
  for (const { from, to, count } of starts(outer, block)) {
    const last = outer.at(-1);
    const within = last && block > 1 ? [{ ...last, size: count }, ...inner] : inner;
    const span = within.reduce((sum, { size, step }) => sum + (size - 1) * step, 1);
    const at = offset + (first + from) * width;
    if (raw && within.every(({ step, out }) => step === 1 && out === 1)) {
      await bytes.read(at, raw.subarray(to * width, (to + span) * width));
      continue;
    }
    if (buffer.length < span * width) buffer = new Uint8Array(span * width);
    const piece = buffer.subarray(0, span * width);
    await bytes.read(at, piece);
    scatter(elements(piece), number, within, result, to);
  }
  return result as ArrayFor[As];
}

function scatter(
  elements: Elements,
  number: Decoder["number"],
  loops: readonly Loop[],
  result: ArrayFor[ReadAs],
  begin: number,
): void {
  const { size, step, out } = loops.at(-1) ?? { size: 1, step: 1, out: 1 };
  for (const { from, to } of starts(loops.slice(0, -1), 1)) {
    if (step === 1 && out === 1 && !number) {
      result.set(elements.subarray(from, from + size), begin + to);
      continue;
    }
    for (let i = 0; i < size; i++) {
      const element = elements[from + i * step]!;
      result[begin + to + i * out] = number ? number(element) : element;
    }
  }
}
