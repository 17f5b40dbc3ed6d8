import { Worker } from "node:worker_threads";
import type { Case } from "./collective-cases.ts";

/** A thread that copies as many bytes from its own memory to its own as often as it is asked to. */
const copying = `
const { parentPort, workerData } = require("node:worker_threads");
const { bytes, gate, threads } = workerData;
const from = new Float32Array(bytes / 4).fill(1);
const to = new Float32Array(bytes / 4).fill(1);
parentPort.on("message", (count) => {
  // Whoever comes last lets all of them begin.
  if (Atomics.add(gate, 0, 1) + 1 < threads) Atomics.wait(gate, 1, 0);
  else { Atomics.store(gate, 1, 1); Atomics.notify(gate, 1); }
  const since = performance.now();
  for (let i = 0; i < count; i++) to.set(from);
  parentPort.postMessage((performance.now() - since) / count);
});
`;

/** Threads that copy memory at once, each as many bytes: what they could exchange, if nobody waited. */
export function copies(bytes: number, threads: number, count: number): Case {
  const gate = new Int32Array(new SharedArrayBuffer(8));
  const workerData = { bytes, gate, threads };
  const workers = Array.from(
    { length: threads },
    () => new Worker(copying, { eval: true, workerData }),
  );
  return {
    collective: "copies",
    bytes,
    received: threads * bytes,
    async once() {
      gate.fill(0);
      const told = workers.map(
        (worker) =>
          new Promise<number>((resolve, reject) => {
            worker.once("message", resolve).once("error", reject);
          }),
      );
      for (const worker of workers) worker.postMessage(count);
      return Math.max(...(await Promise.all(told)));
    },
    async close() {
      await Promise.all(workers.map((worker) => worker.terminate()));
    },
  };
}
