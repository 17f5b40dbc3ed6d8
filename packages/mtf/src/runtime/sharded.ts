import { wrongArgument } from "../arguments.ts";
import { type Dimension, printDims } from "../dimension.ts";
import { type ArrayOf, arrayOf, type DType, type HostArray, hostArray } from "../dtype.ts";
import { MtfError } from "../errors.ts";
import { coordinateOf, type Mesh } from "../mesh.ts";
import {
  type Box,
  boxOf,
  isBox,
  overlap,
  type Placement,
  printBox,
  splitAxes,
  volume,
} from "../program/placement.ts";
import type { Value } from "../program/program.ts";
import { bytesAtRest, partsIn, type Sized } from "../rest/bytes.ts";
import { type ArrayState, checkUsable, discard, freeWith, poisoned } from "./arrays.ts";
import { called } from "./called.ts";
import type { AnySharded, Sharded } from "./devices.ts";
import type { Fleet } from "./fleet.ts";
import type { ArrayId, RequestOf } from "./protocol.ts";
import type { ReadAs } from "./readResting.ts";
import { heldTraits } from "./shown.ts";
import { paste } from "./sources/cut.ts";
import { pasteResting } from "./sources/cutResting.ts";

type ReadBy = RequestOf<"read">["by"];

const handles = new WeakMap<object, ArrayState>();

/** What is behind a handle, or undefined if it is none. */
export function stateOf(value: unknown): ArrayState | undefined {
  return typeof value === "object" && value !== null ? handles.get(value) : undefined;
}

/**
 * Whether a value is a tensor on devices.
 *
 * @example
 * for (const [path, held] of leavesOf(state, isSharded)) console.log(path, held.names);
 */
export function isSharded(value: unknown): value is Sharded {
  return stateOf(value) !== undefined;
}

type Shape = Pick<Sharded, "dims" | "names">;

const shapes = new WeakMap<Value, Shape>();

/** What all handles of a value have in common. */
function shapeOf(value: Value): Shape {
  let shape = shapes.get(value);
  if (!shape) {
    shape = {
      dims: Object.freeze(Object.fromEntries(value.dims.map((d) => [d.name, d]))),
      names: Object.freeze(value.dims.map((d) => d.name)),
    };
    shapes.set(value, shape);
  }
  return shape;
}

/** The handle of an array that the devices hold, or will. */
export function makeSharded(fleet: Fleet, id: ArrayId, value: Value): Sharded {
  const { dims, dtype, rest, placement } = value;
  const held: ArrayState = {
    id,
    fleet,
    value,
    dims,
    dtype,
    rest,
    placement,
    disposed: undefined,
    givenUp: false,
    waiting: 0,
    call: 0,
    run: undefined,
    poison: undefined,
  };
  // By way of the handle: who still has one of its functions still has it.
  const own = () => stateOf(sharded)!;
  const readBox = (box: Box) => called(async () => arrayOf(dtype, await readExactly(own(), box)));
  const dispose = () => discard(own());
  const sharded = Object.freeze({
    __proto__: heldTraits,
    ...shapeOf(value),
    dtype,
    rest,
    mesh: fleet.mesh,
    placement,
    read: () => readBox(wholeOf(own())),
    readBox,
    number: () => called(() => numberOf(sharded)),
    dispose,
    [Symbol.dispose]: dispose,
  }) as unknown as Sharded;
  freeWith(sharded, held);
  handles.set(sharded, held);
  return sharded;
}

/**
 * All numbers of an array as its backend holds them: those of the reference backend in float64,
 * which `read` rounds to the array's dtype. For tests that compare to more than float32 can tell.
 *
 * @throws MtfError `poisoned` if the run that should have made it failed
 * @example
 * expect(await readFloat64(await run([0.1]))).toEqual(Float64Array.of(0.1));
 */
export async function readFloat64(array: AnySharded): Promise<Float64Array> {
  const held = stateOf(array)!;
  return Float64Array.from(await readExactly(held, wholeOf(held)));
}

function wholeOf({ dims }: ArrayState): Box {
  return dims.map((d) => ({ begin: 0, size: d.size }));
}

async function numberOf(array: Sharded): Promise<number> {
  if (array.names.length > 0) {
    const dims = printDims(Object.values(array.dims));
    throw new MtfError("not-a-scalar", `an array of ${dims} is not one number.`, {
      try: ["await array.read()"],
    });
  }
  try {
    return (await array.read())[0]!;
  } finally {
    discard(stateOf(array)!, "number");
  }
}

/** A box of an array as its backend holds it. */
async function readExactly(held: ArrayState, box: Box, by: ReadBy = "all"): Promise<HostArray> {
  const read = await readParts(held, box, "float32", by);
  if (read.length === 1 && read[0]!.numbers.length === volume(box)) return read[0]!.numbers;
  const type = read[0]?.numbers.constructor as (new (length: number) => HostArray) | undefined;
  const result = type ? new type(volume(box)) : hostArray(held.dtype, volume(box));
  const shape = box.map((range) => range.size);
  for (const { numbers, within } of read) paste(numbers, result, shape, within);
  return result;
}

/**
 * A box that lies on devices of this process alone, which no other process asks for.
 *
 * @throws MtfError `poisoned` if the run that should have made it failed
 */
export async function readHere(array: AnySharded, box: Box): Promise<ArrayOf[DType]> {
  const held = stateOf(array)!;
  return arrayOf(held.dtype, await readExactly(held, box, "holder"));
}

/**
 * A box of what rests narrow on devices of this process alone, as the arrays that it rests in: of an
 * int8 scales and numbers.
 *
 * @throws MtfError `poisoned` if the run that should have made it failed
 */
export async function readRestingHere(array: AnySharded, box: Box): Promise<readonly HostArray[]> {
  const held = stateOf(array)!;
  const { dims: whole, dtype, rest } = held;
  const sizedAs = (of: Box): Sized => {
    return { dims: whole.map(({ name }, d) => ({ name, size: of[d]!.size })), dtype, rest };
  };
  const sized = sizedAs(box);
  const result = new Uint8Array(bytesAtRest(sized));
  for (const { numbers, within } of await readParts(held, box, "bytes", "holder")) {
    pasteResting({ bytes: numbers as Uint8Array, sized: sizedAs(within) }, result, sized, within);
  }
  return partsIn(result, sized);
}

interface ReadPart {
  readonly numbers: HostArray;
  /** Where it is in the box that was asked for. */
  readonly within: Box;
}

async function readParts(
  held: ArrayState,
  box: Box,
  as: ReadAs,
  by: ReadBy,
): Promise<readonly ReadPart[]> {
  checkUsable(held);
  checkBox(box, held.dims);
  const { fleet, dims, dtype, rest, placement } = held;
  const value = { dims, dtype, rest, placement };
  const partOf = async ({ device, local, within }: Holder): Promise<ReadPart> => {
    const request = { kind: "read", array: held.id, value, as, device, by, box: local } as const;
    const reaching = fleet.reaching(device);
    const answers = await fleet.ask<"read">((link) => (link === reaching ? request : undefined));
    return { numbers: answers.find((answer) => answer !== undefined)!, within };
  };
  const wanted = holders(fleet.mesh, dims, placement, box);
  try {
    return await fleet.inOrder(() => Promise.all(wanted.map(partOf)));
  } catch (error) {
    await held.run;
    throw held.poison ? poisoned(held.poison) : error;
  }
}

interface Holder {
  readonly device: number;
  readonly local: Box;
  readonly within: Box;
}

/** One device for every distinct part of a box: its own box there, and the part's place in it. */
function holders(
  mesh: Mesh,
  dims: readonly Dimension[],
  placement: Placement,
  wanted: Box,
): readonly Holder[] {
  const split = splitAxes(placement);
  return Array.from({ length: mesh.size }, (_, device) => device).flatMap((device) => {
    const coordinate = coordinateOf(mesh, device);
    if (mesh.names.some((axis) => !split.includes(axis) && coordinate[axis] !== 0)) return [];
    const part = boxOf(dims, placement, mesh, coordinate).map((range, d) => {
      const { begin, size } = overlap(range, wanted[d]!);
      return {
        local: { begin: begin - range.begin, size },
        within: { begin: begin - wanted[d]!.begin, size },
      };
    });
    const local = part.map((range) => range.local);
    return volume(local) === 0 ? [] : [{ device, local, within: part.map((r) => r.within) }];
  });
}

function checkBox(box: Box, dims: readonly Dimension[]): void {
  if (!isBox(box)) {
    throw wrongArgument("readBox", "box", "a range { begin, size } for each dim", box);
  }
  const fits = ({ begin, size }: Box[number], d: number) => {
    const whole = Number.isSafeInteger(begin) && Number.isSafeInteger(size);
    return whole && begin >= 0 && size >= 0 && begin + size <= (dims[d]?.size ?? -1);
  };
  if (box.length === dims.length && box.every(fits)) return;
  const sentence = `readBox: the box [${printBox(box)}] does not lie in [${printDims(dims)}].`;
  throw new MtfError("bad-argument", sentence, { box, dims });
}
