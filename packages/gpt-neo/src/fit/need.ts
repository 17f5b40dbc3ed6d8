import { type Evidence, type Mesh, memoryPlan, type Program } from "mtf";
import { mostWorkers } from "mtf/workers";
import type { SessionOptions } from "../session.ts";
import type { Machine } from "./machine.ts";

/** What is needed on a mesh. */
export interface Need {
  readonly devices: number;
  readonly bytesPerDevice: number;
}

/** A WebAssembly heap is addressed by 32 bits. */
const heapBytes = 2 ** 32;

/**
 * The part of a heap that tensors can have. It only grows, and what has been freed lies in pieces
 * between tensors that are held: the last large one has to find a piece that is large enough. Kernels'
 * scratch memory is there, too.
 */
const usablePart = 0.9;

/** What programs hold on each device of a mesh side by side: their tensors, and nothing besides. */
export function needOf(programs: readonly Program[], mesh: Mesh): Need {
  const bytesPerDevice = programs.reduce((sum, one) => sum + memoryPlan(one).peakBytes, 0);
  return { devices: mesh.size, bytesPerDevice };
}

/**
 * Whether there is as much as a program needs.
 *
 * @param part of what there is that it may take
 */
export function fits(need: Need, where: SessionOptions, machine: Machine, part = 1): boolean {
  return limitsOf(need, where, machine).every(
    ({ needed, limit, usable = 1 }) => needed <= limit * Math.min(usable, part),
  );
}

/** Whether it is memory that there is too little of. */
export function lacksMemory(need: Need, where: SessionOptions, machine: Machine): boolean {
  return !fits(need, where, { ...machine, cores: Number.POSITIVE_INFINITY });
}

/** What a program needs and what there is, a line each, for an error. */
export function figures(need: Need, where: SessionOptions, machine: Machine): readonly Evidence[] {
  return limitsOf(need, where, machine).map(({ label, needed, limit, usable, print, whose }) => {
    const over = needed > limit * (usable ?? 1) ? ", too much" : "";
    const inTensors = usable === undefined ? "" : `, of tensors about ${print(limit * usable)}`;
    return [label, `${print(needed)}; ${whose} ${print(limit)}${inTensors}${over}`];
  });
}

interface Limit {
  readonly label: string;
  readonly needed: number;
  readonly limit: number;
  /** The part of it that serves, where that is not all. */
  readonly usable?: number;
  readonly print: (amount: number) => string;
  readonly whose: string;
}

function limitsOf(
  { devices, bytesPerDevice }: Need,
  { runtime = "workers", backend = "wasm" }: SessionOptions,
  { cores, memoryBytes, deviceBytes, hosted = devices }: Machine,
): readonly Limit[] {
  const all = Math.min(devices, hosted) * bytesPerDevice;
  const print = printBytes;
  // Workers and processes have a heap each, simulated devices share one.
  const heap =
    runtime !== "simulator"
      ? { label: "per device", needed: bytesPerDevice, whose: "a WebAssembly heap holds" }
      : { label: "one process", needed: all, whose: "its WebAssembly heap holds" };
  const heaps: readonly Limit[] =
    backend === "wasm" ? [{ ...heap, limit: heapBytes, usable: usablePart, print }] : [];
  const device = { label: "per device", needed: bytesPerDevice, print, whose: "`machine` says" };
  const devicesOwn: readonly Limit[] =
    deviceBytes === undefined ? [] : [{ ...device, limit: deviceBytes }];
  const memory = {
    label: hosted < devices ? "on this machine" : "in all",
    needed: all,
    limit: memoryBytes,
    print,
    whose: "this machine has",
  };
  const whose = `${cores === 1 ? "one core" : `${cores} cores`} can serve`;
  const workers = {
    label: "workers",
    needed: devices,
    limit: mostWorkers(cores),
    print: String,
    whose,
  };
  return [...heaps, ...devicesOwn, memory, ...(runtime === "workers" ? [workers] : [])];
}

/** A number of bytes as errors have it. */
export function printBytes(bytes: number): string {
  if (bytes < 2 ** 30) return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
