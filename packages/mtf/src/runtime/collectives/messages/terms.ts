import type { HostArray } from "../../../dtype.ts";

/**
 * Arrays for the terms that a device is to receive and fold, each like its own one. They are good until
 * it asks again: a device does one collective at a time.
 */
export type Terms = (device: number, own: HostArray, count: number) => readonly HostArray[];

/**
 * Terms in memory that is kept from segment to segment: fresh memory costs about as much as receiving.
 *
 * @param mostBytes that are kept for a device; what takes more is fresh
 */
export function keptTerms(mostBytes: number): Terms {
  const kept = new Map<number, ArrayBuffer>();
  return (device, own, count) => {
    if (count === 0) return [];
    const bytes = own.byteLength;
    const make = own.constructor as new (buffer: ArrayBuffer, at: number, n: number) => HostArray;
    let room = kept.get(device);
    if (!room || room.byteLength < count * bytes) {
      room = new ArrayBuffer(count * bytes);
      if (room.byteLength <= mostBytes) kept.set(device, room);
    }
    return Array.from({ length: count }, (_, i) => new make(room, i * bytes, own.length));
  };
}
