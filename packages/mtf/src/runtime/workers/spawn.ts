import { SHARE_ENV, Worker } from "node:worker_threads";
import type { FromWorker, Start, ToWorker } from "./messages.ts";

/** A worker, as the thread that started it knows it. */
export interface Spawned {
  post(messages: readonly ToWorker[], transfer: ArrayBuffer[]): void;
  /** Whether the process is to live on for it. */
  hold(busy: boolean): void;
  terminate(): Promise<unknown>;
}

export interface Listener {
  heard(messages: readonly FromWorker[]): void;
  /** It is no more, or might as well not be. */
  died(cause: string): void;
}

/** Starts one of Node's workers. */
export function spawn(start: Start, { heard, died }: Listener): Spawned {
  const name = `mtf device ${start.device}`;
  // The process's own environment, for libraries read there how they are to compute.
  const worker = new Worker(script(), { workerData: start, name, env: SHARE_ENV });
  worker.on("message", heard);
  worker.on("messageerror", (error) => died(`a message could not be read: ${error.message}`));
  worker.on("error", (error) => died(error instanceof Error ? error.message : String(error)));
  worker.on("exit", (code) => died(`its worker ended with exit code ${code}`));
  return {
    post: (messages, transfer) => worker.postMessage(messages, transfer),
    hold: (busy) => (busy ? worker.ref() : worker.unref()),
    terminate: () => worker.terminate(),
  };
}

/** Beside the bundle; where this runs from sources, what was built from them last. */
function script(): URL {
  const built = !import.meta.url.endsWith(".ts");
  return new URL(built ? "./worker.js" : "../../../dist/worker.js", import.meta.url);
}
