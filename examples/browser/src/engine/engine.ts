import type { FromEngine, ToEngine } from "./messages.ts";

/** Who trains and speaks for the page. */
export interface Engine {
  ask(message: ToEngine): void;
}

/** Starts the engine. @param told of all that it tells */
export function startEngine(told: (message: FromEngine) => void): Engine {
  const worker = new Worker(new URL("./engine.worker.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<FromEngine>) => told(data);
  worker.onerror = ({ message }) => told({ kind: "failed", message });
  return { ask: (message) => worker.postMessage(message) };
}
