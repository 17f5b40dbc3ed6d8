import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { TensorInfo } from "@tensorflow/tfjs-core";

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
  readonly dataIdMap: { get(id: object): { readonly memoryOffset: number } };
  numDataIds(): number;
  makeOutput(shape: readonly number[], dtype: string, memoryOffset?: number): TensorInfo;
  disposeData(id: object): boolean;
}

/**
 * Starts TensorFlow.js's wasm backend in this thread, once. The active backend of other users of
 * TensorFlow.js stays what it was.
 */
export async function startEngine(): Promise<Engine> {
  const tf = await import("@tensorflow/tfjs-core");
  const wasm = await import("@tensorflow/tfjs-backend-wasm");
  const active = tf.engine().backendName;
  const folder = await binaries();
  if (folder !== undefined && active !== "wasm") wasm.setWasmPaths(folder);
  const keep = processListeners();
  if (!(await tf.setBackend("wasm"))) throw new Error("TensorFlow.js could not start its backend");
  keep();
  const engine: unknown = tf.backend() as BackendWasm;
  if (active && active !== "wasm") await tf.setBackend(active);
  return engine as Engine;
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

/** In Node the binaries lie in the installed package; in a page the user says where they are. */
async function binaries(): Promise<string | undefined> {
  if (typeof process === "undefined" || !process.versions?.node) return undefined;
  const { createRequire } = process.getBuiltinModule("node:module");
  const { dirname, sep } = process.getBuiltinModule("node:path");
  const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  return dirname(entry) + sep;
}
