/** Where TensorFlow.js's own WebAssembly lies: in Node, in the installed package. */
export function binaries(): string | undefined {
  if (typeof process === "undefined" || !process.versions?.node) return undefined;
  const { createRequire } = process.getBuiltinModule("node:module");
  const { dirname, sep } = process.getBuiltinModule("node:path");
  const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
  return dirname(entry) + sep;
}
