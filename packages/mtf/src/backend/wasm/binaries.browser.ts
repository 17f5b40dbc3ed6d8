/**
 * Where TensorFlow.js's own WebAssembly lies: beside this file, in what is built for pages. Only the one
 * with SIMD and without threads is ever wanted, but all names have to have an address.
 */
export function binaries(): Readonly<Record<string, string>> {
  // Just so, for bundlers to find the file.
  const { href } = new URL("./tfjs-backend-wasm-simd.wasm", import.meta.url);
  return {
    "tfjs-backend-wasm.wasm": href,
    "tfjs-backend-wasm-simd.wasm": href,
    "tfjs-backend-wasm-threaded-simd.wasm": href,
  };
}
