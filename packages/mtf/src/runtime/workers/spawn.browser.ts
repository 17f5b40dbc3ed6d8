import type { FromWorker, Start, ToWorker } from "./messages.ts";
import type { Listener, Spawned } from "./spawn.ts";

/** Starts a page's worker, which is told first what it is. */
export function spawn(start: Start, { heard, died }: Listener): Spawned {
  // Just so, for bundlers to find the script.
  const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<readonly FromWorker[]>) => heard(data);
  worker.onmessageerror = () => died("a message could not be read");
  worker.onerror = (event) => {
    event.preventDefault();
    died(event.message || "its script could not be loaded");
  };
  worker.postMessage(start);
  return {
    post: (messages: readonly ToWorker[], transfer) => worker.postMessage(messages, transfer),
    // A page lives on without being asked.
    hold: () => undefined,
    terminate: async () => worker.terminate(),
  };
}
