import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { binaries } from "./binaries.ts";
import { loadTfjs, type Tfjs } from "./tfjs.ts";

/** The parts of TensorFlow.js's backend that its declarations leave out. */
export interface Engine {
  readonly wasm: {
    /** Views of the heap, replaced when it grows. */
    readonly HEAPU8: Uint8Array;
    readonly HEAP32: Int32Array;
    readonly asm: { readonly memory: WebAssembly.Memory };
    _malloc(bytes: number): number;
    _free(offset: number): void;
  };
  readonly dataIdMap: { get(id: object): { memoryOffset: number } };
  numDataIds(): number;
  makeOutput(shape: readonly number[], dtype: string, memoryOffset?: number): TensorInfo;
  disposeData(id: object): boolean;
}

/** The backend, and its kernels by name. */
export interface Started {
  readonly engine: Engine;
  readonly getKernel: Tfjs["core"]["getKernel"];
}

let starting: Promise<Started> | undefined;

/**
 * Starts TensorFlow.js's wasm backend in this thread, once. The active backend of other users of
 * TensorFlow.js stays what it was. Whoever asks while it starts waits for the same one: TensorFlow.js
 * gives the first of two up.
 */
export function startEngine(): Promise<Started> {
  starting ??= start().finally(() => {
    starting = undefined;
  });
  return starting;
}

async function start(): Promise<Started> {
  const { core: tf, wasm } = await loadTfjs();
  const active = tf.engine().backendName;
  const found = binaries();
  if (found !== undefined && active !== "wasm") wasm.setWasmPaths(found);
  // Where memory may be shared it would take its build with threads, which has a heap of its own kind
  // and starts workers: a device is one thread.
  tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", false);
  const keep = processListeners();
  if (!(await tf.setBackend("wasm"))) throw new Error("TensorFlow.js could not start its backend");
  keep();
  const engine: unknown = tf.backend() as BackendWasm;
  if (active && active !== "wasm") await tf.setBackend(active);
  return { engine: engine as Engine, getKernel: tf.getKernel };
}

/**
 * Remembers how the process reports errors: the engine's loader adds listeners that throw them
 * again from its own one-line source, which Node then prints whole.
 */
function processListeners(): () => void {
  if (typeof process === "undefined" || !process.versions?.node) return () => {};
  const events = ["uncaughtException", "unhandledRejection"] as const;
  const before = events.map((event) => process.listeners(event as "uncaughtException"));
  return () => {
    for (const [i, event] of events.entries()) {
      for (const listener of process.listeners(event as "uncaughtException")) {
        if (!before[i]!.includes(listener)) process.off(event, listener);
      }
    }
  };
}
