/** TensorFlow.js's core, and its wasm backend, which registers itself there. */
export interface Tfjs {
  readonly core: typeof import("@tensorflow/tfjs-core");
  readonly wasm: typeof import("@tensorflow/tfjs-backend-wasm");
}

/**
 * Loads TensorFlow.js by `require`: of its one file for Node `import` would look through all the text for
 * names before it is run, which takes longer than to run it.
 */
export async function loadTfjs(): Promise<Tfjs> {
  const { createRequire } = process.getBuiltinModule("node:module");
  const require = createRequire(import.meta.url);
  return {
    core: require("@tensorflow/tfjs-core") as Tfjs["core"],
    wasm: require("@tensorflow/tfjs-backend-wasm") as Tfjs["wasm"],
  };
}
