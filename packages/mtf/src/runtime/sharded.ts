import type { Dimension } from "../dimension.ts";
import { type DType, type HostArray, hostArray } from "../dtype.ts";
import { MtfError } from "../errors.ts";
import { coordinateOf, type Mesh } from "../mesh.ts";
import { type Box, boxOf, type Placement, splitAxes, volume } from "../spmd/placement.ts";
import type { Value } from "../spmd/program.ts";
import type { Sharded } from "./devices.ts";
import type { Fleet } from "./fleet.ts";
import type { ArrayId } from "./protocol.ts";
import { paste } from "./sources/cut.ts";

/** What the library knows of a handle. */
export interface ArrayState {
  readonly id: ArrayId;
  readonly fleet: Fleet;
  readonly dims: readonly Dimension[];
  /** Why it cannot be used any more: it was disposed of, or given up as an input. */
  gone: string | undefined;
  /** The run that makes it or took it last, and why that failed. */
  run: Promise<unknown> | undefined;
  poison: MtfError | undefined;
}

const handles = new WeakMap<object, ArrayState>();

/** What is behind a handle, or undefined if it is none. */
export function stateOf(value: unknown): ArrayState | undefined {
  return typeof value === "object" && value !== null ? handles.get(value) : undefined;
}

let nextId = 0;

export function newArrayId(): ArrayId {
  return nextId++;
}

/** The handle of an array that the devices hold, or will. */
export function makeSharded(
  fleet: Fleet,
  id: ArrayId,
  { dims, dtype, placement }: Value,
  run: Promise<unknown> | undefined,
): Sharded {
  const held: ArrayState = { id, fleet, dims, gone: undefined, run, poison: undefined };
  const whole = dims.map((d) => ({ begin: 0, size: d.size }));
  const readBox = (box: Box) => read(held, dtype, placement, box);
  const sharded: Sharded = Object.freeze({
    dims: Object.fromEntries(dims.map((d) => [d.name, d])),
    names: dims.map((d) => d.name),
    dtype,
    placement,
    read: () => readBox(whole),
    readBox,
    dispose() {
      if (held.gone) return;
      held.gone = "it was disposed of";
      const request = { kind: "dispose", arrays: [id] } as const;
      // Devices that have failed have freed it with everything else.
      fleet.ask(() => () => request).catch(() => undefined);
    },
  });
  handles.set(sharded, held);
  return sharded;
}

/** @throws MtfError if the array behind a handle is gone or was never made */
export function checkUsable(held: ArrayState): void {
  if (held.poison) throw poisoned(held.poison);
  if (held.gone) throw new MtfError("bad-argument", `the array is gone: ${held.gone}.`);
}

async function read(
  held: ArrayState,
  dtype: DType,
  placement: Placement,
  box: Box,
): Promise<HostArray> {
  checkUsable(held);
  checkBox(box, held.dims);
  const { fleet } = held;
  const wanted = holders(fleet.mesh, held.dims, placement, box);
  const parts = wanted.map(async ({ device, local }) => {
    const request = { kind: "read", array: held.id, device, box: local } as const;
    const answers = await fleet.ask(() => (link) => {
      return link.devices.includes(device) ? request : undefined;
    });
    return answers.find((answer) => answer !== undefined)!;
  });
  try {
    const numbers = await Promise.all(parts);
    if (numbers.length === 1 && numbers[0]!.length === volume(box)) return numbers[0]!;
    const type = numbers[0]?.constructor as (new (length: number) => HostArray) | undefined;
    const result = type ? new type(volume(box)) : hostArray(dtype, volume(box));
    const shape = box.map((range) => range.size);
    wanted.forEach(({ within }, i) => {
      paste(numbers[i]!, result, shape, within);
    });
    return result;
  } catch (error) {
    await held.run;
    throw held.poison ? poisoned(held.poison) : error;
  }
}

/** One device for every distinct part of a box: its own box there, and the part's place in it. */
function holders(mesh: Mesh, dims: readonly Dimension[], placement: Placement, wanted: Box) {
  const split = splitAxes(placement);
  return Array.from({ length: mesh.size }, (_, device) => device).flatMap((device) => {
    const coordinate = coordinateOf(mesh, device);
    if (mesh.names.some((axis) => !split.includes(axis) && coordinate[axis] !== 0)) return [];
    const part = boxOf(dims, placement, mesh, coordinate).map((range, d) => {
      const begin = Math.max(range.begin, wanted[d]!.begin);
      const end = Math.min(range.begin + range.size, wanted[d]!.begin + wanted[d]!.size);
      const size = Math.max(0, end - begin);
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
  const fits = (range: Box[number] | undefined, d: number) => {
    const { begin, size } = range ?? { begin: -1, size: -1 };
    const whole = Number.isSafeInteger(begin) && Number.isSafeInteger(size);
    return whole && begin >= 0 && size >= 0 && begin + size <= (dims[d]?.size ?? -1);
  };
  if (Array.isArray(box) && box.length === dims.length && box.every(fits)) return;
  throw new MtfError("bad-argument", "readBox: 'box' does not lie in the array.", { box, dims });
}

function poisoned(cause: MtfError): MtfError {
  const because = cause.message.split("\n")[0]!.replace(/^\[.*?\] /, "");
  return new MtfError("poisoned", "the run that makes or takes this array failed.", {
    evidence: [["because", because], ...(cause.details.evidence ?? [])],
    cause,
  });
}
