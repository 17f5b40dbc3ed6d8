import type { Tfjs } from "./tfjs.ts";

export type { Tfjs } from "./tfjs.ts";

/** Loads TensorFlow.js, which is part of what is built for pages. */
export async function loadTfjs(): Promise<Tfjs> {
  return {
    core: await import("@tensorflow/tfjs-core"),
    wasm: await import("@tensorflow/tfjs-backend-wasm"),
  };
}
