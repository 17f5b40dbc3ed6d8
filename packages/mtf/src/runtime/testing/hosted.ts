import fc from "fast-check";
import type { Backend } from "../../backend/backend.ts";
import { referenceBackend } from "../../backend/reference/index.ts";
import type { Dimension } from "../../dimension.ts";
import { arrayOf, type DType, type HostArray, hostArray } from "../../dtype.ts";
import { coordinateOf, type Mesh } from "../../mesh.ts";
import { type Box, boxOf, volume } from "../../program/placement.ts";
import {
  type Collective,
  readsOf,
  type Start,
  type Value,
  type Wait,
  writesOf,
} from "../../program/program.ts";
import { messageCollectives } from "../collectives/messages/collectives.ts";
import { sharedMemory } from "../collectives/shared/collectives.ts";
import { memoryOf } from "../collectives/shared/memories.ts";
import { isWide } from "../execute/wide.ts";
import { makeHost } from "../host.ts";
import { mailbox } from "./mailbox.ts";
import { programOf } from "./programs.ts";
import { withinArrays } from "./withinArrays.ts";

export interface Ran {
  /** Each device's slice of the result. */
  readonly slices: readonly HostArray[];
  /** Bytes received by all devices together. */
  readonly received: number;
  /** Buffers left when the inputs and the result are gone. */
  readonly leaked: number;
}

export interface Staging {
  readonly stagingBytes: number;
  /** Whether the host can reach the backend's memory. */
  readonly visible: boolean;
  /** How numbers get from one device to another; within a backend that all of them have. */
  readonly by: "memory" | "messages" | "hosts" | "backend";
  /** Whether it is begun, and waited for by another instruction. */
  readonly apart: boolean;
}

/** Memory of all sorts: narrow windows, none that is shared, and backends like those on GPUs. */
export const stagings: fc.Arbitrary<Staging> = fc.record({
  stagingBytes: fc.constantFrom(16, 64, 4096),
  visible: fc.boolean(),
  by: fc.constantFrom("memory", "messages", "hosts", "backend"),
  apart: fc.boolean(),
});

/** A backend whose memory is out of reach. Such hold and give no more than float32. */
function withoutViews(backend: Backend): Backend {
  const read: Backend["read"] = async (buffer) => arrayOf(buffer.dtype, await backend.read(buffer));
  return { ...backend, view: () => undefined, read };
}

/** Hosts of several devices, of one, and not as many on all. */
const hostOf = (device: number): number => [0, 1, 1, 0, 1, 2, 0, 1][device]!;

function backendFor({ visible, by }: Staging): Backend {
  const reference = referenceBackend();
  const backend = visible ? reference : withoutViews(reference);
  return by === "backend" ? { ...backend, within: withinArrays(reference) } : backend;
}

/** Runs one instruction from all values that it does not make, given by device, to the last. */
export async function runOne(
  mesh: Mesh,
  values: readonly Value[],
  instruction: Collective,
  given: (value: number, device: number, box: Box) => HostArray,
  staging: Staging,
  backend: Backend = backendFor(staging),
): Promise<Ran> {
  const { stagingBytes, by, apart } = staging;
  const devices = Array.from({ length: mesh.size }, (_, i) => i);
  const collectives =
    by === "messages" || by === "hosts"
      ? messageCollectives(
          mesh,
          mailbox(devices, by === "hosts" ? hostOf : undefined),
          stagingBytes,
        )
      : sharedMemory({
          mesh,
          wide: isWide(backend),
          memory: memoryOf(mesh, stagingBytes, (bytes) => new ArrayBuffer(bytes)),
          barrier: undefined,
        });
  const host = makeHost(mesh, devices, backend, collectives);
  const result = values.length - 1;
  const made = writesOf(instruction);
  const inputs = [...values.keys()].filter((value) => !made.includes(value));
  const instructions = apart ? inTwo(instruction) : [instruction];
  const code = programOf(mesh, values, inputs, [result], instructions);
  const boxIn = (value: Value, device: number) =>
    boxOf(value.dims, value.placement, mesh, coordinateOf(mesh, device));
  await host.answer({ kind: "load", program: 0, code });
  for (const array of inputs) {
    const value = values[array]!;
    const parts = devices.map((device) => given(array, device, boxIn(value, device)));
    await host.answer({ kind: "put", array, value, parts });
  }
  await host.answer({ kind: "run", program: 0, inputs, outputs: [result] });
  const slices: HostArray[] = [];
  const value = values[result]!;
  for (const device of devices) {
    const box = boxIn(value, device).map(({ size }) => ({ begin: 0, size }));
    slices.push(
      await host.answer({
        kind: "read",
        array: result,
        value,
        as: "float32",
        device,
        by: "all",
        box,
      }),
    );
  }
  const usage = await host.answer({ kind: "usage", devices });
  host.close();
  const received = usage.reduce((sum, device) => sum + device.bytesReceived, 0);
  return { slices, received, leaked: backend.memory().buffers };
}

/** A collective that is begun and waited for. */
export function inTwo(collective: Collective): readonly [Start, Wait] {
  const { origin } = collective;
  const [operands, results] = [readsOf(collective), writesOf(collective)];
  return [
    { kind: "start", collective, origin },
    { kind: "wait", operands, results, origin },
  ];
}

/** The numbers of a box, each a function of its place in the whole. */
export function fromPlaces(
  dtype: DType,
  box: Box,
  numberAt: (place: readonly number[]) => number,
): HostArray {
  const result = hostArray(dtype, volume(box));
  for (let i = 0; i < result.length; i++) result[i] = numberAt(placeOf(i, box));
  return result;
}

function placeOf(i: number, box: Box): readonly number[] {
  const place: number[] = [];
  let rest = i;
  for (let d = box.length - 1; d >= 0; d--) {
    place[d] = box[d]!.begin + (rest % box[d]!.size);
    rest = Math.floor(rest / box[d]!.size);
  }
  return place;
}

/** A number that tells an element's place from all others. */
export function markOf(dims: readonly Dimension[], place: readonly number[]): number {
  return place.reduce((mark, at, d) => mark * (dims[d]!.size + 20) + at + 1, 1);
}
