import { tell, wordArgument } from "../../arguments.ts";
import { type HostArray, hostArray } from "../../dtype.ts";
import { MtfError } from "../../errors.ts";
import { coordinateOf, type Mesh } from "../../mesh.ts";
import { type Box, boxOf, type Placement, volume } from "../../program/placement.ts";
import type { BoxSource, FileSource, Source } from "../devices.ts";
import { messageOf } from "../failure.ts";
import { isNumbers, numbersOf, type Wanted, wrongInput } from "./array.ts";
import { cut } from "./cut.ts";
import type { FilePart } from "./file.ts";
import { neededFor, partAtRest } from "./resting.ts";
import { storedBytes } from "./stored.ts";

/** A source divided among devices: parts by device. */
export type Divided =
  | { readonly kind: "numbers"; readonly parts: PartsOf<HostArray> }
  /** Each device reads its own. */
  | { readonly kind: "file"; readonly parts: PartsOf<FilePart> }
  /** Nothing is asked of the function before `ask` is called. */
  | { readonly kind: "function"; readonly ask: () => Promise<PartsOf<HostArray>> };

/** Parts of a tensor by the device that is to have them. */
export type PartsOf<Part> = ReadonlyMap<number, Part>;

/**
 * Divides a source among some devices of a mesh, and asks for nothing that others are to have. Given numbers are copied at once, so that the caller may
 * write over them; a function is called once for every distinct box.
 *
 * @throws MtfError `wrong-input` if the source does not fit; what a function throws of this kind is
 * thrown as it is
 */
export function divide(
  source: Source,
  to: Wanted,
  placement: Placement,
  { mesh, devices }: { readonly mesh: Mesh; readonly devices: readonly number[] },
): Divided {
  const shape = to.dims.map((d) => d.size);
  const boxes = devices.map((device) => {
    return [device, boxOf(to.dims, placement, mesh, coordinateOf(mesh, device))] as const;
  });
  const parts = <Part>(partOf: (box: Box) => Part): PartsOf<Part> =>
    new Map(boxes.map(([device, box]) => [device, partOf(box)]));
  if (isNumbers(source)) {
    const numbers = numbersOf(source, to);
    const partOf = (box: Box) => partAtRest(cut(numbers, shape, neededFor(box, to)), box, to);
    return { kind: "numbers", parts: parts(partOf) };
  }
  if (isFile(source)) {
    if (source.stored !== undefined) {
      wordArgument(`'${to.path}'`, "stored", source.stored, Object.keys(storedBytes));
    }
    return { kind: "file", parts: parts((box) => ({ source, to, box })) };
  }
  if (isBoxes(source)) return { kind: "function", ask: () => fromBoxes(source, to, boxes) };
  throw wrongInput(to, `'${to.path}' was given ${tell(source)}, which holds no numbers.`, {
    try: ["an array, a number, { file, offset } or { box: (box) => array }"],
  });
}

function isFile(source: Source): source is FileSource {
  const { file, offset } = (source ?? {}) as Partial<FileSource>;
  return typeof file === "string" && Number.isSafeInteger(offset) && offset! >= 0;
}

function isBoxes(source: Source): source is BoxSource {
  return typeof (source as Partial<BoxSource> | null)?.box === "function";
}

async function fromBoxes(
  source: BoxSource,
  to: Wanted,
  boxes: readonly (readonly [device: number, box: Box])[],
): Promise<PartsOf<HostArray>> {
  const known = new Map<string, HostArray>();
  const parts = new Map<number, HostArray>();
  for (const [device, box] of boxes) {
    const key = JSON.stringify(box);
    const needed = neededFor(box, to);
    const dims = to.dims.map((d, i) => ({ name: d.name, size: needed[i]!.size }));
    const numbersIn = async () => numbersOf(await ask(source, to, needed), { ...to, dims });
    const part = known.get(key) ?? partAtRest(await numbersIn(), box, to);
    known.set(key, part);
    parts.set(device, part.slice());
  }
  return parts;
}

async function ask(source: BoxSource, to: Wanted, box: Box): Promise<HostArray> {
  if (volume(box) === 0) return hostArray(to.dtype, 0);
  const given = await called(source, to, box);
  if (isNumbers(given)) return given as HostArray;
  throw wrongInput(to, `the function that gives '${to.path}' gave ${tell(given)}.`, {
    try: ["an array of the box's numbers"],
    box,
  });
}

async function called(source: BoxSource, to: Wanted, box: Box): Promise<Source> {
  const { dims, dtype, rest } = to;
  try {
    return await source.box(box, { dims, dtype, ...(rest && { rest }) });
  } catch (error) {
    // One of ours says what is wrong and where; nothing is to be added.
    if (error instanceof MtfError) throw error;
    throw wrongInput(to, `the function that gives '${to.path}' failed.`, {
      evidence: [["cause", messageOf(error)]],
      box,
    });
  }
}
