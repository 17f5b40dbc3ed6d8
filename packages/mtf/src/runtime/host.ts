import type { Backend, Buffer, MaybePromise } from "../backend/backend.ts";
import type { HostArray } from "../dtype.ts";
import { internal } from "../errors.ts";
import type { Mesh } from "../mesh.ts";
import { type Box, volume } from "../program/placement.ts";
import type { Value } from "../program/program.ts";
import { bytesAtRest } from "../rest/bytes.ts";
import type { Collectives } from "./collectives/collectives.ts";
import { withinBackend } from "./collectives/within/collectives.ts";
import type { DeviceUsage } from "./devices.ts";
import { type Bound, bindProgram } from "./execute/bind.ts";
import { type Device, heldOf, makeDevice, sizedOf, sliceOf } from "./execute/device.ts";
import { drive } from "./execute/drive.ts";
import { newRecorder, type Recorder } from "./execute/recorder.ts";
import { charge, watch } from "./execute/usage.ts";
import { isWide, roomFor } from "./execute/wide.ts";
import { Aborted } from "./failure.ts";
import { collect, feed, type Hosted } from "./hosted.ts";
import type { Answers, ArrayId, Part, Request, RequestOf } from "./protocol.ts";
import { type ReadAs, readResting, roomForResting } from "./readResting.ts";
import { cut } from "./sources/cut.ts";
import { partInMemory } from "./sources/partInMemory.ts";

/** Some devices of a mesh in one process or thread, and what they hold. */
export interface Host {
  /** Does what is asked. Requests must come one after the other. */
  answer<K extends Request["kind"]>(request: RequestOf<K>): Promise<Answers[K]>;
  /** Has a run that is under way give up at its next step. Nothing is answered any more. */
  stop(): void;
  /** Frees everything. No run may be under way. */
  close(): void;
}

/**
 * A host of devices that share a backend.
 *
 * @param collectives how its devices reach one another and those of other hosts
 */
export function makeHost(
  mesh: Mesh,
  numbers: readonly number[],
  backend: Backend,
  collectives: Collectives,
): Host {
  const wide = isWide(backend);
  watch(backend);
  const hosted = numbers.map((number): Hosted => {
    return { device: makeDevice(mesh, number, backend), arrays: new Map() };
  });
  const byNumber = new Map(hosted.map((h) => [h.device.number, h]));
  const reaching = withinBackend(mesh, numbers, backend, collectives);
  const programs = new Map<number, readonly Bound[]>();
  let stopped = false;
  let recorder: Recorder | undefined;

  const handlers: { [K in Request["kind"]]: (request: RequestOf<K>) => Promise<Answers[K]> } = {
    async load({ program, code }) {
      programs.set(
        program,
        hosted.map(({ device }) => bindProgram(code, device, reaching)),
      );
      for (const { device } of hosted) charge(device);
    },
    async unload({ program }) {
      programs.delete(program);
    },
    async expect({ values }) {
      const slices = hosted.flatMap(({ device }) => values.map((value) => sliceOf(value, device)));
      backend.expect?.(slices.map((slice) => bytesAtRest(sizedOf(slice))));
    },

    async put({ array, value, parts }) {
      for (const [i, { device, arrays }] of hosted.entries()) {
        arrays.set(array, await inMemory(parts[i]!, heldOf(sliceOf(value, device))));
        charge(device);
      }
    },
    async run({ program, inputs, outputs }) {
      const bounds = programs.get(program);
      if (!bounds) throw internal("a program was run that is not loaded");
      for (const [i, bound] of bounds.entries()) feed(bound, hosted[i]!, inputs, i);
      recorder?.run(program, bounds[0]!.program);
      await drive(bounds, () => stopped, recorder);
      for (const [i, bound] of bounds.entries()) collect(bound, hosted[i]!, inputs, outputs);
    },
    async rounds({ program }) {
      const [bound] = programs.get(program)!;
      return bound!.counted.map(({ runs }) => runs);
    },
    async read({ array, value, as, device, by, box }) {
      if (volume(box) === 0) return new Float32Array(0);
      const holder = byNumber.get(device);
      const numbers = holder
        ? await read(holder, array, value, box, as)
        : value.rest
          ? roomForResting(value, box, as)
          : roomFor(value.dtype, volume(box), wide);
      if (by === "all") await collectives.broadcast(device, numbers);
      return numbers;
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
    async usage({ devices }) {
      const answers: DeviceUsage[] = [];
      for (const number of devices) {
        const figures = Float64Array.from(counted(byNumber.get(number)?.device));
        await collectives.broadcast(number, figures);
        const [buffers, bytes, peakBytes, bytesReceived] = figures as unknown as Figures;
        answers.push({ buffers, bytes, peakBytes, bytesReceived });
      }
      return answers;
    },
    async profile({ ask, devices }) {
      const own = recorder?.events() ?? [];
      recorder = ask === "begin" ? newRecorder(hosted.length) : undefined;
      if (ask === "begin") return [];
      const all: Float64Array[] = [];
      for (const number of devices) {
        const held = numbers.indexOf(number);
        const length = Int32Array.of(own[held]?.length ?? 0);
        await collectives.broadcast(number, length);
        const events = own[held] ?? new Float64Array(length[0]!);
        await collectives.broadcast(number, events);
        all.push(events);
      }
      return all;
    },
    async gather({ text }) {
      const own = new TextEncoder().encode(text);
      const texts: string[] = [];
      for (let device = 0; device < mesh.size; device++) {
        const length = Int32Array.of(own.length);
        await collectives.broadcast(device, length);
        const told = byNumber.has(device) ? own : new Uint8Array(length[0]!);
        await collectives.broadcast(device, told);
        texts.push(new TextDecoder().decode(told));
      }
      return texts;
    },
  };

  function inMemory(part: Part, held: ReturnType<typeof heldOf>): MaybePromise<Buffer> {
    if ("source" in part) return partInMemory(part, backend, held);
    return backend.upload(part, held.shape, held.dtype);
  }

  async function read(
    { device, arrays }: Hosted,
    array: ArrayId,
    value: Value,
    box: Box,
    as: ReadAs,
  ): Promise<HostArray> {
    const buffer = arrays.get(array);
    if (!buffer) throw internal("an array was read that is not on the device");
    if (value.rest) return readResting(backend, buffer, sliceOf(value, device), box, as);
    const whole = box.every(({ size }, d) => size === buffer.shape[d]);
    if (whole) return backend.read(buffer);
    return cut(backend.view(buffer) ?? (await backend.read(buffer)), buffer.shape, box);
  }

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

type Figures = readonly [buffers: number, bytes: number, peakBytes: number, received: number];

/** What a device has used, from when it was asked last on; nothing for one that is not here. */
function counted(device: Device | undefined): Figures {
  if (!device) return [0, 0, 0, 0];
  const { buffers, bytes, peakBytes, bytesReceived } = device.usage;
  device.usage.peakBytes = bytes;
  return [buffers, bytes, peakBytes, bytesReceived];
}
