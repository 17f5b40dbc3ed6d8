import type { Backend, Buffer, MaybePromise, Slice } from "../../backend/backend.ts";
import type { DType } from "../../dtype.ts";
import { type Coordinate, coordinateOf, type Mesh } from "../../mesh.ts";
import { boxOf } from "../../program/placement.ts";
import type { Value } from "../../program/program.ts";
import { bytesAtRest, type Sized } from "../../rest/bytes.ts";

/** One device of a mesh, as the code that computes on it knows it. */
export interface Device {
  readonly number: number;
  readonly mesh: Mesh;
  readonly coordinate: Coordinate;
  readonly backend: Backend;
  readonly usage: { buffers: number; bytes: number; peakBytes: number; bytesReceived: number };
}

/** A program being run on a device: what its values are, and the buffers of those alive. */
export interface Frame {
  readonly device: Device;
  readonly values: readonly Value[];
  readonly slots: (Buffer | undefined)[];
}

/** A part of an instruction. Between phases the devices of its group wait for each other. */
export type Phase = () => MaybePromise<void>;

export function makeDevice(mesh: Mesh, number: number, backend: Backend): Device {
  return {
    number,
    mesh,
    coordinate: coordinateOf(mesh, number),
    backend,
    usage: { buffers: 0, bytes: 0, peakBytes: 0, bytesReceived: 0 },
  };
}

/** The slice of a value that a device holds. */
export function sliceOf(
  { dims, dtype, rest, placement }: Value,
  device: Pick<Device, "mesh" | "coordinate">,
): Slice {
  const box = boxOf(dims, placement, device.mesh, device.coordinate);
  return { dims, dtype, ...(rest && { rest }), box };
}

export function shapeOf(slice: Slice): readonly number[] {
  return slice.box.map((range) => range.size);
}

/** What a backend holds of a slice: its numbers, or the bytes that they rest in. */
export function heldOf(slice: Slice): { readonly shape: readonly number[]; readonly dtype: DType } {
  if (!slice.rest) return { shape: shapeOf(slice), dtype: slice.dtype };
  return { shape: [bytesAtRest(sizedOf(slice))], dtype: "bool" };
}

/** A slice with the sizes that it has here. */
export function sizedOf({ dims, dtype, rest, box }: Slice): Sized {
  return { dims: dims.map(({ name }, d) => ({ name, size: box[d]!.size })), dtype, rest };
}

/** A phase that makes the result of the operand as it is, without moving a number. */
export function sharing({ device, values, slots }: Frame, operand: number, result: number): Phase {
  const { shape } = heldOf(sliceOf(values[result]!, device));
  return () => {
    slots[result] = device.backend.share(slots[operand]!, shape);
  };
}

/** Goes on at once where there is nothing to wait for: a promise costs more than a tiny kernel. */
export function after<A, B>(
  value: MaybePromise<A>,
  next: (value: A) => MaybePromise<B>,
): MaybePromise<B> {
  return value instanceof Promise ? value.then(next) : next(value);
}
