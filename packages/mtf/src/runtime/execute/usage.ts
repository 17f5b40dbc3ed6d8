import type { Backend } from "../../backend/backend.ts";
import type { Device } from "./device.ts";

// What each backend held when it was last asked.
const held = new WeakMap<Backend, { buffers: number; bytes: number }>();

/**
 * Puts down to a device what its backend holds more, or less, than before. Devices that share a
 * backend do so in turns, so it is right for each of them.
 */
export function charge(device: Device): void {
  const { buffers, bytes } = device.backend.memory();
  const before = held.get(device.backend)!;
  const { usage } = device;
  usage.buffers += buffers - before.buffers;
  usage.bytes += bytes - before.bytes;
  if (usage.bytes > usage.peakBytes) usage.peakBytes = usage.bytes;
  before.buffers = buffers;
  before.bytes = bytes;
}

/** Begins to watch a backend. What it holds already is nobody's. */
export function watch(backend: Backend): void {
  const { buffers, bytes } = backend.memory();
  held.set(backend, { buffers, bytes });
}
