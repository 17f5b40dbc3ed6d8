import { badFile } from "./bad-file.ts";
import { type Json, JsonError, parseJson } from "./json.ts";
import { isStoredDType, type StoredDType, type StoredTensor, storedBits } from "./stored.ts";

/** What a safetensors file says about itself before its data. */
export interface Header {
  readonly metadata: Readonly<Record<string, string>> | undefined;
  /** By name, in the order of their data. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** Headers longer than this are refused unread, as the format demands. */
export const longestHeader = 100_000_000;

/**
 * The length of the header from a file's first 8 bytes.
 *
 * @throws MtfError `bad-file` if there is no header of that length in the file
 */
export function headerLength(prefix: Uint8Array, fileSize: number, file: string): number {
  if (prefix.byteLength < 8) {
    throw badFile(file, 0, `${fileSize} bytes are too few for the length of a header`);
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, 8);
  const length = view.getBigUint64(0, true);
  if (length > BigInt(longestHeader)) {
    throw badFile(file, 0, `its header would have ${length} bytes, over the limit of 100 MB`);
  }
  if (Number(length) + 8 > fileSize) {
    throw badFile(file, 0, `its header of ${length} bytes goes past the end at byte ${fileSize}`);
  }
  return Number(length);
}

/**
 * Reads and checks a header completely: JSON, names, dtypes, shapes, and that the data of the
 * tensors lie one after the other and fill the rest of the file.
 *
 * @throws MtfError `bad-file` naming the file, the byte and the reason
 */
export function parseHeader(header: Uint8Array, fileSize: number, file: string): Header {
  const fail = (reason: string): Error => badFile(file, 8, reason);
  const root = parseRoot(header, file);
  if (root.kind !== "object") throw fail("its header is no JSON object");

  let metadata: Header["metadata"];
  const seen = new Set<string>();
  const entries: Entry[] = [];
  for (const [name, value] of root.entries) {
    if (seen.has(name)) throw fail(`its header has ${JSON.stringify(name)} twice`);
    seen.add(name);
    if (name === "__metadata__") metadata = parseMetadata(value, fail);
    else entries.push(parseEntry(name, value, fail));
  }
  entries.sort((a, b) => a.begin - b.begin || a.end - b.end);
  const start = 8 + header.byteLength;
  return { metadata, tensors: placeEntries(entries, start, fileSize, file) };
}

function parseRoot(header: Uint8Array, file: string): Json {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(header);
  } catch {
    throw badFile(file, 8, "its header is not UTF-8");
  }
  try {
    return parseJson(text);
  } catch (error) {
    if (!(error instanceof JsonError)) throw error;
    const bytesBefore = new TextEncoder().encode(text.slice(0, error.at)).byteLength;
    throw badFile(file, 8 + bytesBefore, `its header is not JSON: ${error.message}`);
  }
}

type Fail = (reason: string) => Error;

function parseMetadata(value: Json, fail: Fail): Header["metadata"] {
  if (value.kind === "null") return undefined;
  if (value.kind !== "object") throw fail("__metadata__ is no object");
  return Object.fromEntries(
    value.entries.map(([key, text]) => {
      if (text.kind !== "string") throw fail(`__metadata__ has no text at ${JSON.stringify(key)}`);
      return [key, text.value];
    }),
  );
}

interface Entry {
  readonly name: string;
  readonly dtype: StoredDType;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
  readonly size: number;
}

/** An entry is an object with three fields (others are ignored), or a list of the three. */
function parseEntry(name: string, value: Json, fail: Fail): Entry {
  const at = `tensor ${JSON.stringify(name)}`;
  const [dtype, shape, offsets] = fieldsOf(at, value, fail);
  if (dtype.kind !== "string") throw fail(`${at}: its dtype is no text`);
  if (!isStoredDType(dtype.value)) {
    throw fail(`${at}: there is no dtype ${JSON.stringify(dtype.value)}`);
  }
  const sizes = integers(`${at}: its shape`, shape, fail);
  const range = integers(`${at}: its data_offsets`, offsets, fail);
  if (range.length !== 2) throw fail(`${at}: data_offsets has ${range.length} numbers, not 2`);
  if (range.some((n) => n > BigInt(Number.MAX_SAFE_INTEGER))) {
    throw fail(`${at}: data_offsets are beyond any file`);
  }
  const [begin, end] = [Number(range[0]), Number(range[1])];
  const size = sizeOf(at, dtype.value, sizes, fail);
  return { name, dtype: dtype.value, shape: sizes.map(Number), begin, end, size };
}

function fieldsOf(at: string, value: Json, fail: Fail): readonly [Json, Json, Json] {
  if (value.kind === "list") {
    const [dtype, shape, offsets, ...more] = value.items;
    if (!dtype || !shape || !offsets || more.length > 0) {
      throw fail(`${at}: a list of dtype, shape and data_offsets has ${value.items.length} items`);
    }
    return [dtype, shape, offsets];
  }
  if (value.kind !== "object") throw fail(`${at} is no object`);
  const field = (name: string): Json => {
    const found = value.entries.filter(([key]) => key === name);
    if (found.length > 1) throw fail(`${at} has ${name} twice`);
    if (!found[0]) throw fail(`${at} has no ${name}`);
    return found[0][1];
  };
  return [field("dtype"), field("shape"), field("data_offsets")];
}

function integers(at: string, value: Json, fail: Fail): readonly bigint[] {
  if (value.kind !== "list") throw fail(`${at} is no list`);
  return value.items.map((item) => {
    const text = item.kind === "number" ? item.text : item.kind;
    // 20 digits hold 2^64; longer ones are not worth converting to find out.
    if (!/^(0|[1-9][0-9]{0,19})$/.test(text) || overflows(BigInt(text))) {
      throw fail(`${at} holds ${text.slice(0, 40)}, which is no size`);
    }
    return BigInt(text);
  });
}

function overflows(n: bigint): boolean {
  return n >= 1n << 64n;
}

function sizeOf(at: string, dtype: StoredDType, shape: readonly bigint[], fail: Fail): number {
  let bits = 1n;
  for (const factor of [...shape, BigInt(storedBits[dtype])]) {
    bits *= factor;
    if (overflows(bits)) throw fail(`${at}: its shape is beyond 2^64`);
  }
  if (bits % 8n !== 0n) throw fail(`${at}: its data end within a byte`);
  return Number(bits / 8n);
}

function placeEntries(
  entries: readonly Entry[],
  start: number,
  fileSize: number,
  file: string,
): Map<string, StoredTensor> {
  const tensors = new Map<string, StoredTensor>();
  let next = 0;
  for (const { name, dtype, shape, begin, end, size } of entries) {
    const at = `tensor ${JSON.stringify(name)}`;
    if (end < begin) throw badFile(file, start + begin, `${at} ends before it begins`);
    if (begin !== next) {
      const problem = begin > next ? `${begin - next} bytes of no tensor before` : "an overlap at";
      throw badFile(file, start + next, `${problem} ${at}`);
    }
    if (end - begin !== size) {
      const told = `${dtype} [${shape.join(", ")}]`;
      throw badFile(file, start + begin, `${at} is ${told}, ${size} bytes, but has ${end - begin}`);
    }
    if (start + end > fileSize) {
      throw badFile(file, fileSize, `${at} ends at byte ${start + end}, the file at ${fileSize}`);
    }
    tensors.set(name, { name, dtype, shape, offset: start + begin, bytes: size });
    next = end;
  }
  if (start + next !== fileSize) {
    throw badFile(file, start + next, `${fileSize - start - next} bytes after the last tensor`);
  }
  return tensors;
}
