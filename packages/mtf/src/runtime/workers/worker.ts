import { parentPort, workerData } from "node:worker_threads";
import type { Start, ToWorker } from "./messages.ts";
import { serve } from "./serve.ts";

// The script of Node's workers.
const port = parentPort!;
await serve(workerData as Start, {
  post: (messages, transfer) => port.postMessage(messages, transfer),
  listen: (receive) =>
    void port.on("message", (messages: readonly ToWorker[]) => receive(messages)),
});
