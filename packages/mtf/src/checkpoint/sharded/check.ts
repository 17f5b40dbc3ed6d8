import { type DType, dtypes } from "../../dtype.ts";
import { type Box, overlap, volume } from "../../program/placement.ts";
import { isPlainObject } from "../../record.ts";
import type { Rest } from "../../rest/rest.ts";
import {
  blockBytes,
  type Entry,
  formatName,
  formatVersion,
  type Index,
  type Part,
} from "./format.ts";
import { indexSum } from "./index-sum.ts";

type Fail = (reason: string) => Error;

/** Devices are counted in thousands at most, and every part is compared with every other. */
const mostParts = 4096;

/**
 * What a checkpoint's index says, checked before anything else is read: dims are sizes, files lie
 * beside the index, and the parts of a tensor make it up.
 *
 * @throws what `fail` gives for the reason
 */
export function checkIndex(value: unknown, fail: Fail): Index {
  if (!isPlainObject(value) || value.format !== formatName) throw fail("it is no checkpoint");
  checkSum(value as unknown as Index, fail);
  if (!isPlainObject(value.tensors)) throw fail("it lists no tensors");
  for (const [name, entry] of Object.entries(value.tensors)) {
    checkEntry(entry, (reason) => fail(`tensor '${name}' ${reason}`));
  }
  const index = value as unknown as Index;
  if (value.version !== 1) checkFiles(index, fail);
  return index;
}

/** What has a checksum is what it was made of, whichever version it says. */
function checkSum(index: Index, fail: Fail): void {
  if (index.version !== formatVersion && index.crc32 === undefined) return;
  if (index.crc32 !== indexSum(index)) throw fail("what it says is not what was written");
}

/** Every file that holds parts has its checksums. */
function checkFiles({ files, tensors }: Index, fail: Fail): void {
  const parts = Object.values(tensors).flatMap((entry) => entry.parts);
  for (const file of new Set(parts.map((part) => part.file))) {
    const sums: unknown = isPlainObject(files) && Object.hasOwn(files, file) && files[file];
    if (!isPlainObject(sums) || !isSize(sums.bytes)) throw fail(`it says no size of ${file}`);
    const digits = 8 * Math.ceil(sums.bytes / blockBytes);
    const { crc32 } = sums;
    if (typeof crc32 !== "string" || crc32.length !== digits || /[^0-9a-f]/.test(crc32)) {
      throw fail(`it has no checksums of ${file}`);
    }
  }
}

function checkEntry(entry: unknown, fail: Fail): asserts entry is Entry {
  if (!isPlainObject(entry)) throw fail("is no object");
  if (typeof entry.dtype !== "string" || !dtypes.includes(entry.dtype as DType)) {
    throw fail("has no dtype that is known");
  }
  const { dims, parts } = entry;
  if (!Array.isArray(dims) || !dims.every(isDim)) throw fail("has no dims");
  if (entry.rest !== undefined && !(entry.dtype === "float32" && isRest(entry.rest, dims))) {
    throw fail("rests as nothing that is known");
  }
  if (!Array.isArray(parts)) throw fail("has no parts");
  if (parts.length > mostParts) throw fail(`has ${parts.length} parts, more than ${mostParts}`);
  const whole: Box = dims.map(([, size]) => ({ begin: 0, size }));
  const boxes = parts.map((part, i) =>
    checkPart(part, whole, (reason) => fail(`part ${i} ${reason}`)),
  );
  const elements = boxes.reduce((sum, box) => sum + volume(box), 0);
  const twice = boxes.some((a, i) => boxes.slice(0, i).some((b) => meet(a, b)));
  if (twice || elements !== volume(whole)) throw fail("is not made up by its parts");
}

function checkPart(part: unknown, whole: Box, fail: Fail): Box {
  if (!isPlainObject(part)) throw fail("is no object");
  const { file, box } = part as Partial<Part>;
  // An index names its neighbours; a path that leads elsewhere is none of its business.
  if (typeof file !== "string" || file === "" || /[/\\]|^\.\.?$/.test(file)) {
    throw fail("is in no file beside it");
  }
  const inside =
    Array.isArray(box) &&
    box.length === whole.length &&
    box.every((range, d) => {
      const { begin, size } = (range ?? {}) as { begin?: unknown; size?: unknown };
      return isSize(begin) && isSize(size) && begin + size <= whole[d]!.size;
    });
  if (!inside) throw fail("is not inside the tensor");
  return box;
}

function meet(a: Box, b: Box): boolean {
  return a.every((range, d) => overlap(range, b[d]!).size > 0);
}

function isRest(rest: unknown, dims: Entry["dims"]): rest is Rest {
  if (rest === "bfloat16" || rest === "float16") return true;
  if (!isPlainObject(rest) || rest.dtype !== "int8" || !Array.isArray(rest.scales)) return false;
  return rest.scales.every((name) => dims.some(([dim]) => dim === name));
}

function isDim(dim: unknown): dim is readonly [string, number] {
  return Array.isArray(dim) && dim.length === 2 && typeof dim[0] === "string" && isSize(dim[1]);
}

function isSize(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
