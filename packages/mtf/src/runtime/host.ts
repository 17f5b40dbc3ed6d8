import type { Backend, Buffer } from "../backend/backend.ts";
import type { HostArray } from "../dtype.ts";
import { internal } from "../errors.ts";
import type { Mesh } from "../mesh.ts";
import { axesKey, type GroupMemory, makeStaging } from "./collectives/staging.ts";
import { type Bound, bindProgram } from "./execute/bind.ts";
import { type Device, makeDevice, shapeOf, sliceOf } from "./execute/device.ts";
import { type Barrier, drive } from "./execute/drive.ts";
import { charge, watch } from "./execute/usage.ts";
import { Aborted } from "./failure.ts";
import type { Answers, ArrayId, Feed, Part, Request, RequestOf } from "./protocol.ts";
import { cut } from "./sources/cut.ts";

/** Some devices of a mesh in one process or thread, and what they hold. */
export interface Host {
  /** Does what is asked. Requests must come one after the other. */
  answer<K extends Request["kind"]>(request: RequestOf<K>): Promise<Answers[K]>;
  /** Has a run that is under way give up at its next step. Nothing is answered any more. */
  stop(): void;
  /** Frees everything. No run may be under way. */
  close(): void;
}

interface Hosted {
  readonly device: Device;
  readonly arrays: Map<ArrayId, Buffer>;
}

/**
 * A host of devices that share a backend.
 *
 * @param barrier what keeps its device in step with those of other hosts, if there are any
 */
export function makeHost(
  mesh: Mesh,
  numbers: readonly number[],
  backend: Backend,
  barrier: Barrier | undefined,
): Host {
  watch(backend);
  const wide = isWide(backend);
  const hosted = numbers.map((number): Hosted => {
    return { device: makeDevice(mesh, number, backend), arrays: new Map() };
  });
  const programs = new Map<number, readonly Bound[]>();
  let stopped = false;

  const handlers: { [K in Request["kind"]]: (request: RequestOf<K>) => Promise<Answers[K]> } = {
    async load({ program, code, groups }) {
      for (const { device } of hosted) for (const group of groups) join(device, group, wide);
      programs.set(
        program,
        hosted.map(({ device }) => bindProgram(code, device)),
      );
      for (const { device } of hosted) charge(device);
    },
    async unload({ program }) {
      programs.delete(program);
    },
    async put({ array, value, parts }) {
      hosted.forEach(({ device, arrays }, i) => {
        const slice = sliceOf(value, device);
        arrays.set(array, backend.upload(numbersIn(parts[i]!), shapeOf(slice), slice.dtype));
        charge(device);
      });
    },
    async run({ program, inputs, outputs }) {
      const bounds = programs.get(program);
      if (!bounds) throw internal("a program was run that is not loaded");
      for (const [i, bound] of bounds.entries()) feed(bound, hosted[i]!, inputs, i);
      await drive(bounds, barrier, () => stopped);
      for (const [i, bound] of bounds.entries()) collect(bound, hosted[i]!, inputs, outputs);
    },
    async read({ array, device, box }) {
      const buffer = hosted.find((h) => h.device.number === device)!.arrays.get(array)!;
      if (box.some((range) => range.size === 0)) return new Float32Array(0);
      const whole = box.every(({ size }, d) => size === buffer.shape[d]);
      if (whole) return backend.read(buffer);
      return cut(backend.view(buffer) ?? (await backend.read(buffer)), buffer.shape, box);
    },
    async dispose({ arrays: ids }) {
      for (const { device, arrays } of hosted) {
        for (const id of ids) {
          const buffer = arrays.get(id);
          if (buffer) backend.dispose(buffer);
          arrays.delete(id);
        }
        charge(device);
      }
    },
    async usage() {
      return hosted.map(({ device: { usage } }) => {
        const now = { ...usage };
        usage.peakBytes = usage.bytes;
        return now;
      });
    },
  };

  return {
    async answer<K extends Request["kind"]>(request: RequestOf<K>): Promise<Answers[K]> {
      if (stopped) throw new Aborted();
      const handler = handlers[request.kind] as (r: RequestOf<K>) => Promise<Answers[K]>;
      return handler(request);
    },
    stop() {
      stopped = true;
    },
    close() {
      const held = new Set(hosted.flatMap(({ arrays }) => [...arrays.values()]));
      for (const { frame } of [...programs.values()].flat()) {
        for (const buffer of frame.slots) if (buffer) held.add(buffer);
        frame.slots.fill(undefined);
      }
      for (const buffer of held) backend.dispose(buffer);
      for (const { arrays } of hosted) arrays.clear();
      programs.clear();
    },
  };
}

/** Puts the inputs of a run into the program's slots. */
function feed(bound: Bound, { device, arrays }: Hosted, inputs: readonly Feed[], at: number): void {
  const { slots, values } = bound.frame;
  bound.program.inputs.forEach(({ value, donated }, i) => {
    const given = inputs[i]!;
    if ("array" in given) {
      slots[value] = arrays.get(given.array);
      if (donated) arrays.delete(given.array);
      if (!slots[value]) throw internal(`input ${i} is not on the device`);
    } else {
      const slice = sliceOf(values[value]!, device);
      slots[value] = device.backend.upload(given.parts[at]!, shapeOf(slice), slice.dtype);
    }
  });
  charge(device);
  for (const value of bound.unused) {
    device.backend.dispose(slots[value]!);
    slots[value] = undefined;
  }
  charge(device);
}

/** Takes the results of a run out of the program's slots, and leaves them empty. */
function collect(
  bound: Bound,
  { device, arrays }: Hosted,
  inputs: readonly Feed[],
  outputs: readonly ArrayId[],
): void {
  const { slots } = bound.frame;
  const { backend } = device;
  // An input that is still the caller's, and a value given out twice, get another buffer.
  const kept = new Set<number>();
  bound.program.inputs.forEach(({ value, donated }, i) => {
    if (!donated && "array" in inputs[i]!) kept.add(value);
  });
  bound.program.outputs.forEach(({ value }, i) => {
    const buffer = slots[value]!;
    arrays.set(outputs[i]!, kept.has(value) ? backend.share(buffer, buffer.shape) : buffer);
    kept.add(value);
  });
  for (const { value } of bound.program.inputs) {
    if (slots[value] && !kept.has(value)) backend.dispose(slots[value]);
    slots[value] = undefined;
  }
  for (const { value } of bound.program.outputs) slots[value] = undefined;
  charge(device);
}

function join(device: Device, group: GroupMemory, wide: boolean): void {
  const staging = makeStaging(group, device.mesh, device.number, wide);
  device.stagings.set(axesKey(device.mesh, group.axes), staging);
}

function numbersIn(part: Part): HostArray {
  if ("source" in part) throw internal("a file was to be put into memory before it was read");
  return part;
}

/** Whether a backend holds float32 elements as float64. */
function isWide(backend: Backend): boolean {
  const probe = backend.upload(new Float32Array(1), [1], "float32");
  const wide = backend.view(probe) instanceof Float64Array;
  backend.dispose(probe);
  return wide;
}
