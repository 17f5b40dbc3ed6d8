import { bytesPerElement, elementsIn, type HostArray, type StoredDType } from "../../../dtype.ts";
import type { Mesh } from "../../../mesh.ts";
import { bodiesOf } from "../../../program/bodies.ts";
import type { Instruction } from "../../../program/program.ts";
import { axesTogether } from "../../../program/together.ts";
import { axesKey, type Group } from "../groups.ts";

/** The memory through which devices that differ along some axes pass numbers: the whole mesh's. */
export interface GroupMemory {
  readonly axes: readonly string[];
  /** A window for each device of the mesh, one after the other. */
  readonly windows: ArrayBuffer | SharedArrayBuffer;
  /** A count of arrivals at barriers for each group, at the number of its lowest device. */
  readonly arrivals: ArrayBuffer | SharedArrayBuffer;
}

/**
 * Staging memory that a device shares with the others of its group. It writes into its own window only.
 * The window has two halves, used in turns: what was written in one turn may be read until the
 * barrier after the next.
 */
export interface Staging {
  /** The devices of the group, ascending. */
  readonly members: readonly number[];
  /** The device's place among them. */
  readonly rank: number;
  /** How many elements of a dtype half a window holds. */
  capacity(dtype: StoredDType): number;
  /** The half of a member's window whose turn it is. */
  window(member: number, dtype: StoredDType): HostArray;
  /** Goes over to the other half. All members do so alike. */
  turn(): void;
  readonly arrivals: Int32Array;
  /** How many barriers the device has passed. */
  passed: number;
}

/** Windows are cut at multiples of this many bytes, the largest element. */
const alignment = 16;

/** Between counters of arrivals, so that no two share a cache line. */
const counterSpacing = 16;

export function groupMemory(
  mesh: Mesh,
  axes: readonly string[],
  windowBytes: number,
  make: (bytes: number) => ArrayBuffer | SharedArrayBuffer,
): GroupMemory {
  const window = Math.max(1, Math.ceil(windowBytes / alignment)) * alignment;
  return {
    axes,
    windows: make(window * mesh.size),
    arrivals: make(4 * counterSpacing * mesh.size),
  };
}

/**
 * @param wide whether float32 elements are passed as float64, as the reference holds them
 */
export function makeStaging(
  memory: GroupMemory,
  mesh: Mesh,
  { members, rank }: Group,
  wide: boolean,
): Staging {
  const half = memory.windows.byteLength / mesh.size / 2;
  let side = 0;
  const width = (dtype: StoredDType) => (wide && dtype === "float32" ? 8 : bytesPerElement[dtype]);
  const cut = (dtype: StoredDType, i: number): HostArray => {
    const length = half / width(dtype);
    if (width(dtype) === 8) return new Float64Array(memory.windows, i * half, length);
    return elementsIn(dtype, memory.windows, i * half, length);
  };
  const halves = new Map<StoredDType, HostArray[]>();
  return {
    members,
    rank,
    capacity: (dtype) => half / width(dtype),
    window(member, dtype) {
      const i = 2 * member + side;
      const own = halves.get(dtype) ?? [];
      halves.set(dtype, own);
      own[i] ??= cut(dtype, i);
      return own[i];
    },
    turn() {
      side = 1 - side;
    },
    arrivals: new Int32Array(memory.arrivals, 4 * counterSpacing * members[0]!, 1),
    passed: 0,
  };
}

/** The sets of axes along which a program's instructions communicate, in order of appearance. */
export function communicatingAxes(
  mesh: Mesh,
  instructions: readonly Instruction[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, readonly string[]>();
  for (const instruction of instructions) {
    for (const [key, axes] of axesIn(mesh, instruction)) {
      if (key !== "" && !found.has(key)) found.set(key, axes);
    }
  }
  return found;
}

function axesIn(
  mesh: Mesh,
  instruction: Instruction,
): Iterable<readonly [key: string, axes: readonly string[]]> {
  switch (instruction.kind) {
    case "compute":
    case "wait":
      return [];
    case "start":
      return axesIn(mesh, instruction.collective);
    case "region": {
      const all = bodiesOf(instruction).flatMap((body) => body.instructions);
      return communicatingAxes(mesh, all);
    }
    case "reduce":
    case "bucket":
    case "move": {
      const axes = axesTogether(instruction);
      return [[axesKey(mesh, axes), axes]];
    }
  }
}
