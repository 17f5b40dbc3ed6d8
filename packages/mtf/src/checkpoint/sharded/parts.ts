import { copyElements, copyOf, eachRun, stepsOf } from "../../backend/slices/copy.ts";
import { type HostArray, hostArray } from "../../dtype.ts";
import { type Box, overlap, volume } from "../../program/placement.ts";
import type { Int8Rest } from "../../rest/rest.ts";
import { eachRow } from "../../rest/rows.ts";
import { badFile } from "../safetensors/bad-file.ts";
import { openSafetensors, type Safetensors } from "../safetensors/index.ts";
import { type Entry, type FileSums, type Part, scalesOf, storedAs } from "./format.ts";
import { openSummed } from "./summed-bytes.ts";

/** A file of parts, open. */
export interface OpenPart extends Safetensors {
  readonly file: string;
}

/** @param sums how it was written, where that is known */
export async function openPart(file: string, sums: FileSums | undefined): Promise<OpenPart> {
  return { ...(await openSafetensors(sums ? await openSummed(file, sums) : file)), file };
}

/**
 * A box of a saved tensor, read from the files that hold parts of it and from no other.
 *
 * @param order the names of the dims of `box`, in whose order the numbers are wanted
 * @throws MtfError `bad-file` where a file is missing or damaged
 */
export async function readParts(
  name: string,
  entry: Entry,
  box: Box,
  order: readonly string[],
  open: (file: string) => Promise<OpenPart>,
): Promise<HostArray> {
  const whole = hostArray(entry.dtype, volume(box));
  const wholeSteps = stepsOf(box);
  const places = entry.dims.map(([dim]) => order.indexOf(dim));
  const wanted = places.map((place) => box[place]!);
  for (const part of entry.parts) {
    const common = intersect(part.box, wanted);
    if (!common) continue;
    const file = await open(part.file);
    checkStored(name, entry, part, file);
    const own = relative(common, part.box);
    const numbers = await file.read(name, { box: own, as: entry.dtype });
    if (typeof entry.rest === "object") await scale(name, entry, own, numbers, file);
    const steps = stepsOf(common);
    const copy = copyOf(
      relative(common, wanted).map(({ begin, size }, d) => ({
        size,
        from: { begin: 0, step: steps[d]! },
        to: { begin, step: wholeSteps[places[d]!]! },
      })),
    );
    eachRun(copy, 0, numbers.length, (from, to, length) => {
      copyElements(numbers, from, whole, to, length);
    });
  }
  return whole;
}

/** Multiplies the numbers of an int8 by the scales of their rows. */
async function scale(
  name: string,
  { dims, dtype, rest }: Entry,
  box: Box,
  numbers: HostArray,
  file: OpenPart,
): Promise<void> {
  const { scales } = rest as Int8Rest;
  const rows = box.filter((_, d) => scales.includes(dims[d]![0]));
  const read = await file.read(scalesOf(name), { box: rows, as: "float32" });
  const sized = { dims: dims.map(([dim], d) => ({ name: dim, size: box[d]!.size })), dtype, rest };
  eachRow(sized, ({ begin, end, scale: first, step }) => {
    for (let i = begin; i < end; i++) numbers[i]! *= read[first + step * (i - begin)]!;
  });
}

/** Before anything is read: a file holds the part that the index says. */
export function checkStored(
  name: string,
  entry: Entry,
  part: Part,
  { file, tensors }: OpenPart,
): void {
  const stored = tensors.get(name);
  const shape = part.box.map((range) => range.size).join();
  if (stored?.dtype === storedAs(entry) && stored.shape.join() === shape) return;
  const told = stored ? `${stored.dtype} [${stored.shape.join(", ")}]` : "not there";
  const wanted = `${storedAs(entry)} [${shape.replaceAll(",", ", ")}]`;
  throw badFile(file, stored?.offset ?? 0, `tensor '${name}' is ${told}, not ${wanted}`);
}

function intersect(a: Box, b: Box): Box | undefined {
  const common = a.map((range, d) => overlap(range, b[d]!));
  return common.some(({ size }) => size === 0) ? undefined : common;
}

function relative(box: Box, to: Box): Box {
  return box.map((r, d) => ({ begin: r.begin - to[d]!.begin, size: r.size }));
}
