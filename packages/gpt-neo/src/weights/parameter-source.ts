import type { BoxSource } from "mtf/simulator";
import type { ParameterName } from "../models/index.ts";
import type { Box, NamedTensors } from "./source.ts";

/**
 * A parameter's numbers from weights in Hugging Face's shapes, where `[heads, kv]` is one dim: a
 * device reads the rows and columns of its heads, and takes its part of `kv` out of them.
 *
 * @param shape the parameter's own: `[heads, kv, embd]`, `[embd, heads, kv]` or as in the file
 */
export function parameterSource(
  weights: NamedTensors,
  { name, shape: stored }: ParameterName,
  shape: readonly number[],
): BoxSource {
  const merged = shape.length > stored.length ? (shape[0] === stored[0] ? 1 : 0) : undefined;
  if (merged === undefined) return { box: (box) => weights.read(name, { box, as: "float32" }) };
  const inner = shape[merged + 1]!;
  return {
    box: async (box) => {
      const [heads, kv] = [box[merged]!, box[merged + 1]!];
      const range = { begin: heads.begin * inner, size: heads.size * inner };
      const flat: Box = [...box.slice(0, merged), range, ...box.slice(merged + 2)];
      const numbers = await weights.read(name, { box: flat, as: "float32" });
      if (kv.size === inner) return numbers;
      return takeInner(numbers, box, merged, inner);
    },
  };
}

/** Of numbers that have the whole of dim `merged + 1`, those in its part of the box. */
function takeInner(
  numbers: Float32Array,
  box: Box,
  merged: number,
  inner: number,
): Float32Array<ArrayBuffer> {
  const kv = box[merged + 1]!;
  const runs = box.slice(0, merged + 1).reduce((n, range) => n * range.size, 1);
  const step = box.slice(merged + 2).reduce((n, range) => n * range.size, 1);
  const part = new Float32Array(runs * kv.size * step);
  for (let run = 0; run < runs; run++) {
    const begin = (run * inner + kv.begin) * step;
    part.set(numbers.subarray(begin, begin + kv.size * step), run * kv.size * step);
  }
  return part;
}
