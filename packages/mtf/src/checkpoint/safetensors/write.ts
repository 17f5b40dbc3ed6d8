import {
  arrayArgument,
  countArgument,
  optionsArgument,
  recordArgument,
  textArgument,
  wordArgument,
} from "../../arguments.ts";
import { MtfError } from "../../errors.ts";
import { volumeOf } from "../../shape.ts";
import { type AtomicOptions, type WritableFile, writeAtomically } from "./atomic.ts";
import { type AnyArray, encode } from "./encode.ts";
import { type StoredDType, storedBits } from "./stored.ts";

/** A tensor to write. */
export interface TensorToWrite {
  readonly name: string;
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
  /**
   * Its numbers, or a function that gives them piece by piece, row by row, when their turn comes:
   * so a model is written with one piece in memory. Floats are stored in any float type; a
   * Uint8Array is taken for bytes as they are to be stored.
   */
  readonly data: AnyArray | (() => AsyncIterable<AnyArray> | Iterable<AnyArray>);
}

export interface WriteOptions extends AtomicOptions {
  readonly metadata?: Readonly<Record<string, string>> | undefined;
}

/**
 * Writes a safetensors file as a whole or not at all.
 *
 * @throws MtfError `bad-argument` for a name given twice, or one that the format cannot hold;
 * `bad-size` where the data are not the shape's, `dtype-mismatch` where they cannot be stored so,
 * `bad-file` if the disk fails
 * @example
 * await writeSafetensors("w.safetensors", [
 *   { name: "w", dtype: "F32", shape: [2, 2], data: new Float32Array([1, 2, 3, 4]) },
 * ]);
 */
export async function writeSafetensors(
  path: string,
  tensors: readonly TensorToWrite[],
  options: WriteOptions = {},
): Promise<void> {
  textArgument("writeSafetensors", "path", path);
  tensorsArgument("writeSafetensors", tensors);
  optionsArgument("writeSafetensors", "options", options, ["metadata", "open", "whole"]);
  const inOrder = inFileOrder(tensors);
  const header = printHeader(inOrder, options.metadata);
  await writeAtomically(
    path,
    async (file) => {
      await file.write(header);
      for (const tensor of inOrder) await writeTensor(file, tensor);
    },
    options,
  );
}

/** Tensors as they are to be written; their data are looked at when they are. */
export function tensorsArgument(fn: string, tensors: unknown): void {
  const takes = "a list of { name, dtype, shape, data }";
  for (const [i, tensor] of arrayArgument(fn, "tensors", tensors, takes).entries()) {
    recordArgument(fn, `tensors[${i}]`, tensor, "{ name, dtype, shape, data }");
    const { name, shape } = tensor as Partial<TensorToWrite>;
    textArgument(fn, `tensors[${i}].name`, name);
    const sizes = arrayArgument(fn, `tensors[${i}].shape`, shape, "a list of sizes");
    for (const [d, size] of sizes.entries()) countArgument(fn, `tensors[${i}].shape[${d}]`, size);
  }
}

/** The number of bytes a tensor's data take. */
export function bytesOfTensor(tensor: Pick<TensorToWrite, "dtype" | "shape">): number {
  wordArgument("writeSafetensors", "dtype", tensor.dtype, Object.keys(storedBits));
  return (volumeOf(tensor.shape) * storedBits[tensor.dtype]) / 8;
}

/**
 * The order in which tensors are written. Wide types first, as the format's own writer does: so every
 * tensor begins at a multiple of its element size. Otherwise by name, which makes equal models equal files.
 *
 * @example
 * const names = inFileOrder(tensors).map(({ name }) => name);
 */
export function inFileOrder<T extends TensorToWrite>(tensors: readonly T[]): T[] {
  const names = new Set<string>();
  for (const { name } of tensors) {
    if (names.has(name)) throw unnameable(name, "two tensors have");
    if (name === "__metadata__") throw unnameable(name, "the format itself has");
    // It has no UTF-8, in which names are written.
    if (/\p{Surrogate}/u.test(name)) throw unnameable(name, "half a surrogate pair is in");
    names.add(name);
  }
  return [...tensors].sort(
    (a, b) => storedBits[b.dtype] - storedBits[a.dtype] || (a.name < b.name ? -1 : 1),
  );
}

function unnameable(name: string, why: string): MtfError {
  const shown = JSON.stringify(name).slice(0, 100);
  return new MtfError("bad-argument", `a tensor cannot be written as ${shown}: ${why} that name.`);
}

function printHeader(
  tensors: readonly TensorToWrite[],
  metadata: Readonly<Record<string, string>> | undefined,
): Uint8Array {
  const entries: [string, unknown][] = metadata ? [["__metadata__", metadata]] : [];
  let begin = 0;
  for (const tensor of tensors) {
    const end = begin + bytesOfTensor(tensor);
    if (!Number.isSafeInteger(end)) {
      throw new MtfError("bad-size", `tensor '${tensor.name}' has no whole number of bytes.`);
    }
    const { name, dtype, shape } = tensor;
    entries.push([name, { dtype, shape, data_offsets: [begin, end] }]);
    begin = end;
  }
  const json = entries.map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`);
  const text = new TextEncoder().encode(`{${json.join(",")}}`);
  const length = Math.ceil(text.byteLength / 8) * 8;
  const header = new Uint8Array(8 + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(text, 8);
  return header;
}

async function writeTensor(file: WritableFile, tensor: TensorToWrite): Promise<void> {
  const { name, dtype, shape, data } = tensor;
  const wanted = bytesOfTensor(tensor);
  let written = 0;
  for await (const piece of typeof data === "function" ? data() : [data]) {
    const bytes = encode(name, dtype, piece);
    written += bytes.byteLength;
    if (written > wanted) break;
    await file.write(bytes);
  }
  if (written !== wanted) {
    const told = written > wanted ? "more" : `${written}`;
    throw new MtfError(
      "bad-size",
      `tensor '${name}' of shape [${shape.join(", ")}] takes ${wanted} bytes, but ${told} came.`,
    );
  }
}
