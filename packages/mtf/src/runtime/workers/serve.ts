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
import { bundle } from "./bundle.ts";
import { type FromWorker, type Start, type ToWorker, transferable } from "./messages.ts";

/** A worker's way to the thread that started it. */
export interface Port {
  post(messages: readonly FromWorker[], transfer: ArrayBuffer[]): void;
  listen(receive: (messages: readonly ToWorker[]) => void): void;
}

/** What takes no longer than to tell that it is done. */
const quick: readonly Request["kind"][] = ["read", "rounds", "dispose", "unload", "usage"];

/**
 * A worker's life: one device, which does what it is asked, in order. Answers go together, but none
 * waits for what takes time.
 */
export async function serve({ device, axes, ...start }: Start, port: Port): Promise<void> {
  const mesh = defineMesh(axes);
  const answers = bundle<FromWorker>((messages, transfer) => port.post(messages, transfer));
  const fail = (id: number | undefined, error: unknown) => {
    const failure = asFailure(error, mesh, device);
    if (!(failure instanceof Aborted)) {
      answers.add({ kind: "failed", id, error: toWire(failure) });
    } else if (id !== undefined) answers.add({ kind: "aborted", id });
    answers.flush();
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
    const told = (id: number, value: Answers[Request["kind"]]): void => {
      const transfer = ArrayBuffer.isView(value) ? transferable([value]) : [];
      answers.add({ kind: "answer", id, value }, transfer);
    };
    const queue = inTurn({
      ...host,
      answer(request) {
        if (!quick.includes(request.kind)) answers.flush();
        return host.answer(request);
      },
    });
    const answer = ({ id, request, groups }: ToWorker): void => {
      for (const group of groups) memories.set(axesKey(mesh, group.axes), group);
      queue.answer(request).then(
        (value) => told(id, value),
        (error: unknown) => {
          // Before anything else: the others may be waiting for this device.
          if (request.kind === "run") setAbort(start.abort);
          fail(id, error);
        },
      );
    };
    port.listen((messages) => messages.forEach(answer));
    const { variant, limitBytes } = backend;
    answers.add({ kind: "ready", backend: { variant, limitBytes } });
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
