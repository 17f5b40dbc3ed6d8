import { parentPort, workerData } from "node:worker_threads";
import type { Start, ToWorker } from "./messages.ts";
import { serve } from "./serve.ts";

// The script of Node's workers.
const port = parentPort!;
await serve(workerData as Start, {
  post: (message, transfer) => port.postMessage(message, transfer),
  listen: (receive) => void port.on("message", (message: ToWorker) => receive(message)),
});
