import type { Backend } from "../../backend/backend.ts";
import { openBackend } from "../../backend/open.ts";
import { defineMesh } from "../../mesh.ts";
import { axesKey } from "../collectives/groups.ts";
import { sharedMemory } from "../collectives/shared/collectives.ts";
import type { GroupMemory } from "../collectives/shared/staging.ts";
import { isWide } from "../execute/wide.ts";
import { Aborted, toWire } from "../failure.ts";
import { asFailure } from "../fleet.ts";
import { makeHost } from "../host.ts";
import { inTurn } from "../inTurn.ts";
import type { Answers, Request } from "../protocol.ts";
import { makeBarrier, setAbort } from "./barrier.ts";
import { type FromWorker, type Start, type ToWorker, transferable } from "./messages.ts";

/** A worker's way to the thread that started it. */
export interface Port {
  post(message: FromWorker, transfer: ArrayBuffer[]): void;
  listen(receive: (message: ToWorker) => void): void;
}

/** A worker's life: one device, which does what it is asked, in order. */
export async function serve({ device, axes, ...start }: Start, port: Port): Promise<void> {
  const mesh = defineMesh(axes);
  const fail = (id: number | undefined, error: unknown) => {
    const failure = asFailure(error, mesh, device);
    if (!(failure instanceof Aborted)) {
      port.post({ kind: "failed", id, error: toWire(failure) }, []);
    } else if (id !== undefined) port.post({ kind: "aborted", id }, []);
  };
  try {
    const backend = await makeBackend(start);
    const memories = new Map<string, GroupMemory>();
    const collectives = sharedMemory({
      mesh,
      wide: isWide(backend),
      memory: (axes) => memories.get(axesKey(mesh, axes))!,
      barrier: makeBarrier(start.abort, start.spins),
    });
    const host = makeHost(mesh, [device], backend, collectives);
    const queue = inTurn(host);
    const answer = async ({ id, request, groups }: ToWorker): Promise<void> => {
      for (const group of groups) memories.set(axesKey(mesh, group.axes), group);
      try {
        const value: Answers[Request["kind"]] = await queue.answer(request);
        port.post(
          { kind: "answer", id, value },
          ArrayBuffer.isView(value) ? transferable([value]) : [],
        );
      } catch (error) {
        // Before anything else: the others may be waiting for this device.
        if (request.kind === "run") setAbort(start.abort);
        fail(id, error);
      }
    };
    port.listen((message) => void answer(message));
    const { variant, limitBytes } = backend;
    port.post({ kind: "ready", backend: { variant, limitBytes } }, []);
  } catch (error) {
    fail(undefined, error);
  }
}

async function makeBackend({
  backend,
  computing,
}: Pick<Start, "backend" | "computing">): Promise<Backend> {
  if (typeof backend === "string") return openBackend(backend, computing);
  const { default: make } = (await import(/* @vite-ignore */ backend.module)) as {
    default: () => Promise<Backend>;
  };
  return make();
}
