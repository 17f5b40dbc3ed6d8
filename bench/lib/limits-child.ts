import { setFlagsFromString } from "node:v8";
import { serve } from "./child.ts";
import { compileLimits } from "./limit-kernels.ts";
import type { Limits } from "./limits.ts";

// One thread's share of what a machine reads and converts a second.

// Node 20's engine has relaxed SIMD behind a flag.
setFlagsFromString("--experimental-wasm-relaxed-simd");

const [bytes] = process.argv.slice(2).map(Number);
const begin = 1 << 16;
const pages = Math.ceil((begin + bytes!) / (1 << 16));
const memory = new WebAssembly.Memory({ initial: pages, maximum: pages });
const module = await WebAssembly.compile((await compileLimits()) as Uint8Array<ArrayBuffer>);
const { exports } = await WebAssembly.instantiate(module, { env: { memory } });
const { read, convert } = exports as {
  readonly read: (at: number, bytes: number) => number;
  readonly convert: (row: number, at: number, columns: number, depth: number) => number;
};
// Pages that were never written are all the same one.
new Uint8Array(memory.buffer, begin).fill(1);

/** As many bytes as stay in a core's cache. */
const depth = 768;
const columns = Math.max(6, Math.min(252, Math.floor(bytes! / depth / 6) * 6));

await serve<{ readonly seconds: number }>(async ({ seconds }): Promise<Limits> => {
  const whole = bytes! - (bytes! % 128);
  return {
    bytesPerSecond: rate(seconds, whole, () => read(begin, whole)),
    convertedPerSecond: rate(seconds / 4, depth * columns, () =>
      convert(1024, begin, columns, depth),
    ),
  };
});

/** Of what is done again and again for so many seconds, bytes a second. */
function rate(seconds: number, each: number, once: () => unknown): number {
  const since = performance.now();
  let count = 0;
  let elapsed = 0;
  while (count === 0 || elapsed < seconds) {
    once();
    count++;
    elapsed = (performance.now() - since) / 1000;
  }
  return (each * count) / elapsed;
}
