import { MtfError } from "../../errors.ts";
import { type Box, volume } from "../../spmd/placement.ts";
import { nearest } from "../../suggest.ts";
import { type ByteSource, openBytes } from "./bytes.ts";
import {
  arrayOf,
  converter,
  type NumberArray,
  naturalType,
  type ReadAs,
  storedAs,
} from "./convert.ts";
import { headerLength, parseHeader } from "./header.ts";
import { type Run, runsOf, wholeBox } from "./runs.ts";
import { type StoredTensor, storedBits } from "./stored.ts";

export interface ReadOptions<As extends ReadAs = ReadAs> {
  /** The part to read; all of it by default. */
  readonly box?: Box;
  /** The element type wanted; by default the smallest that holds the stored ones. */
  readonly as?: As;
}

/** The array that holds elements of a type. */
export interface ArrayFor {
  readonly float64: Float64Array<ArrayBuffer>;
  readonly float32: Float32Array<ArrayBuffer>;
  readonly int32: Int32Array<ArrayBuffer>;
  readonly bool: Uint8Array<ArrayBuffer>;
}

/** An open safetensors file, or several that make one model. */
export interface Safetensors {
  readonly metadata: Readonly<Record<string, string>> | undefined;
  /** What the file holds, by name, in the order of the data. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /**
   * The numbers of a tensor or of a box of it, row by row.
   *
   * @throws MtfError `bad-argument` for an unknown name or a box outside; `dtype-mismatch` where
   * the type asked for cannot hold them; `bad-file` if the file cannot be read
   */
  read<As extends ReadAs = ReadAs>(name: string, options?: ReadOptions<As>): Promise<ArrayFor[As]>;
  /** A tensor's bytes as they are stored, in pieces of at most 4 MiB. */
  bytes(name: string): AsyncGenerator<Uint8Array<ArrayBuffer>>;
  close(): Promise<void>;
}

/** As much as is read at once, so that reading a tensor needs little more memory than the tensor. */
const pieceBytes = 4 << 20;

/** Bytes between two runs that are read along: skipping them would cost a second read, which
 * takes as long as reading this much. */
const gapBytes = 16 << 10;

/**
 * Opens a safetensors file and checks its header; data are read when they are asked for.
 *
 * @throws MtfError `bad-file` naming file, byte and reason if it is no such file
 * @example
 * const file = await openSafetensors("model.safetensors");
 * const rows = [{ begin: 0, size: 10 }, { begin: 0, size: 768 }];
 * const part = await file.read("transformer.wte.weight", { box: rows, as: "float32" });
 */
export async function openSafetensors(from: string | ByteSource): Promise<Safetensors> {
  const source = typeof from === "string" ? await openBytes(from) : from;
  try {
    const prefix = new Uint8Array(Math.min(8, source.size));
    await source.read(0, prefix);
    const bytes = new Uint8Array(headerLength(prefix, source.size, source.name));
    await source.read(8, bytes);
    const { metadata, tensors } = parseHeader(bytes, source.size, source.name);
    const tensor = (name: string): StoredTensor => find(tensors, name, source.name);
    return {
      metadata,
      tensors,
      read: async (name, options) => readTensor(source, tensor(name), options) as never,
      bytes: (name) => readBytes(source, tensor(name)),
      close: () => source.close(),
    };
  } catch (error) {
    await source.close();
    throw error;
  }
}

/** The tensor of that name, or an error that suggests one. */
export function find<T>(tensors: ReadonlyMap<string, T>, name: string, file: string): T {
  const tensor = tensors.get(name);
  if (tensor) return tensor;
  const near = nearest(name, [...tensors.keys()]);
  throw new MtfError("bad-argument", `${file} has no tensor '${name}'.`, {
    ...(near !== undefined && { try: [near] }),
    file,
    name,
  });
}

async function* readBytes(
  source: ByteSource,
  { offset, bytes }: StoredTensor,
): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  for (let done = 0; done < bytes; done += pieceBytes) {
    const piece = new Uint8Array(Math.min(pieceBytes, bytes - done));
    await source.read(offset + done, piece);
    yield piece;
  }
}

async function readTensor(
  source: ByteSource,
  tensor: StoredTensor,
  { box, as = naturalType(tensor.dtype) }: ReadOptions = {},
): Promise<NumberArray> {
  const width = storedBits[tensor.dtype] / 8;
  const convert = converter(tensor, as);
  const runs = runsOf(tensor.shape, box ?? wholeBox(tensor.shape));
  const result = new arrayOf[as](tensor.bytes === 0 ? 0 : volume(box ?? wholeBox(tensor.shape)));
  const raw = storedAs(tensor.dtype, as) ? new Uint8Array(result.buffer) : undefined;

  let buffer = new Uint8Array(0);
  let at = 0;
  for (const { begin, end, parts } of reads(runs, width)) {
    const offset = tensor.offset + begin * width;
    const bytes = (end - begin) * width;
    if (raw && parts.length === 1) {
      await source.read(offset, raw.subarray(at * width, at * width + bytes));
      at += end - begin;
      continue;
    }
    if (buffer.byteLength < bytes) buffer = new Uint8Array(bytes);
    await source.read(offset, buffer.subarray(0, bytes));
    for (const part of parts) {
      const from = (part.begin - begin) * width;
      const found = buffer.subarray(from, from + part.size * width);
      if (raw) raw.set(found, at * width);
      else convert(found, result, at);
      at += part.size;
    }
  }
  return result;
}

/** Several runs that one read fetches, with what lies between them. */
interface Read {
  readonly begin: number;
  readonly end: number;
  readonly parts: readonly Run[];
}

function* reads(runs: Iterable<Run>, width: number): Generator<Read> {
  const most = pieceBytes / width;
  let parts: Run[] = [];
  let begin = 0;
  let end = 0;
  for (const run of pieces(runs, most)) {
    const joins = (run.begin - end) * width <= gapBytes && run.begin + run.size - begin <= most;
    if (parts.length > 0 && !joins) {
      yield { begin, end, parts };
      parts = [];
    }
    if (parts.length === 0) begin = run.begin;
    const last = parts.at(-1);
    if (last && last.begin + last.size === run.begin) {
      parts[parts.length - 1] = { begin: last.begin, size: last.size + run.size };
    } else parts.push(run);
    end = run.begin + run.size;
  }
  if (parts.length > 0) yield { begin, end, parts };
}

function* pieces(runs: Iterable<Run>, most: number): Generator<Run> {
  for (const { begin, size } of runs) {
    for (let done = 0; done < size; done += most) {
      yield { begin: begin + done, size: Math.min(most, size - done) };
    }
  }
}
