import type { MtfError } from "../../errors.ts";
import { coordinateOf, defineMesh } from "../../mesh.ts";
import { communicatingAxes, type GroupMemory } from "../collectives/shared/staging.ts";
import { Aborted, deviceFailed, fromWire } from "../failure.ts";
import type { Link } from "../fleet.ts";
import type { Answers, Request, RequestOf } from "../protocol.ts";
import { bundle } from "./bundle.ts";
import {
  type BackendFacts,
  type FromWorker,
  type Start,
  type ToWorker,
  transferable,
} from "./messages.ts";
import type { Listener, Spawned } from "./spawn.ts";

/** The way to a worker. */
export interface WorkerLink extends Link {
  /** Resolves when it has started, to what its backend is. */
  readonly ready: Promise<BackendFacts>;
}

interface Asked {
  readonly resolve: (value: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * @param memory the memory through which devices that differ along some axes pass numbers, the same
 * for all workers
 * @param died called once if the worker ends without being told to
 */
export function workerLink(
  start: Start,
  spawn: (start: Start, listener: Listener) => Spawned,
  memory: (axes: readonly string[]) => GroupMemory,
  died: (error: MtfError) => void,
): WorkerLink {
  const mesh = defineMesh(start.axes);
  const coordinate = coordinateOf(mesh, start.device);
  const device = { number: start.device, coordinate };
  const pending = new Map<number, Asked>();
  /** The sets of axes whose memory the worker has. */
  const joined = new Set<string>();
  let nextId = 0;
  let ended: MtfError | undefined;
  let started: Asked;
  const ready = new Promise<BackendFacts>((resolve, reject) => {
    started = { resolve, reject };
  });

  const freshGroups = (request: Request): readonly GroupMemory[] => {
    if (request.kind !== "load") return [];
    const fresh = [...communicatingAxes(mesh, request.code.instructions)];
    return fresh.flatMap(([key, axes]) => {
      if (joined.has(key)) return [];
      joined.add(key);
      return [memory(axes)];
    });
  };
  const settle = (id: number, how: (asked: Asked) => void) => {
    const asked = pending.get(id);
    pending.delete(id);
    if (pending.size === 0) worker.hold(false);
    if (asked) how(asked);
  };
  const stop = (reason: MtfError) => {
    ended = reason;
    started.reject(reason);
    for (const { reject } of pending.values()) reject(reason);
    pending.clear();
  };
  const receive = (message: FromWorker) => {
    if (ended) return;
    if (message.kind === "ready") {
      worker.hold(pending.size > 0);
      started.resolve(message.backend as never);
    } else if (message.kind === "answer") {
      settle(message.id, ({ resolve }) => resolve(message.value as never));
    } else if (message.kind === "aborted") {
      settle(message.id, ({ reject }) => reject(new Aborted()));
    } else if (message.id === undefined) started.reject(fromWire(message.error));
    else settle(message.id, ({ reject }) => reject(fromWire(message.error)));
  };
  const worker = spawn(start, {
    heard: (messages) => messages.forEach(receive),
    died(cause) {
      if (ended) return;
      const error = deviceFailed(device, "because its worker died", cause);
      stop(error);
      died(error);
    },
  });

  const requests = bundle<ToWorker>((messages, transfer) => {
    try {
      worker.post(messages, transfer);
    } catch (error) {
      for (const { id } of messages) settle(id, ({ reject }) => reject(error));
    }
  });

  return {
    devices: [start.device],
    reached: [start.device],
    ready,
    ask<K extends Request["kind"]>(request: RequestOf<K>): Promise<Answers[K]> {
      if (ended) return Promise.reject(ended);
      return new Promise<Answers[K]>((resolve, reject) => {
        const id = nextId++;
        if (pending.size === 0) worker.hold(true);
        pending.set(id, { resolve, reject });
        const message = { id, request, groups: freshGroups(request) };
        requests.add(message, transferable(partsIn(request)));
        // Nobody waits for memory to be free, but for what is asked next, which gets it first. Of
        // several arrays, all are asked for before anything else is done.
        if (request.kind === "read") queueMicrotask(requests.flush);
        else if (request.kind !== "dispose") requests.flush();
      });
    },
    async end(reason) {
      if (!ended) stop(reason);
      await worker.terminate();
    },
  };
}

function partsIn(request: Request) {
  if (request.kind === "put") return request.parts;
  if (request.kind !== "run") return [];
  // Most are numbers of arrays, of which nothing goes along.
  const sources = request.inputs.filter((feed) => typeof feed !== "number");
  return sources.flatMap(({ parts }) => parts);
}
