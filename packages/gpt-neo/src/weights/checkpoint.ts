import { join } from "node:path";
import { MtfError } from "mtf";
import { type Checkpoint, openCheckpoint } from "mtf/checkpoint";
import { checkBox, wholeBox } from "mtf/files";
import { readConfig } from "../config/index.ts";
import { modelOf, type ParameterName } from "../models/index.ts";
import { checkpointFile, homeOf } from "./home.ts";
import type { Box, WeightSource, WeightTensor } from "./source.ts";

/** A weight in a checkpoint, where heads and their parts are two dims. */
interface Saved extends WeightTensor {
  /** Where the checkpoint has it. */
  readonly path: string;
  /** The dim that is two there, and how long the inner one is; undefined if none is. */
  readonly split: { readonly at: number; readonly inner: number } | undefined;
}

/**
 * Opens a checkpoint of a run as weights in Hugging Face's names and shapes. The optimizer's state is
 * left alone.
 *
 * @param folder such as `runs/book/checkpoints/step-45`, whose config is the run's
 * @throws MtfError `bad-file` where it is damaged; `bad-argument` where there is no config
 */
export async function openCheckpointWeights(folder: string): Promise<WeightSource> {
  const file = join(folder, checkpointFile);
  const { config } = await readConfig(join(homeOf(file), "config.json"));
  const checkpoint = await openCheckpoint(folder);
  const tensors = new Map<string, Saved>();
  for (const name of modelOf(config).names(config)) {
    const saved = savedAs(checkpoint, name, file);
    if (saved) tensors.set(saved.name, saved);
  }
  return {
    format: "checkpoint",
    file,
    metadata: undefined,
    skipped: [],
    tensors,
    async read(name, { box, as = "float32" } = {}) {
      const tensor = tensors.get(name);
      if (!tensor || (as !== "float32" && as !== "float64")) {
        const wrong = tensor ? `${name} is float32, not ${as}` : `${name} is no weight of ${file}`;
        throw new MtfError(tensor ? "dtype-mismatch" : "bad-argument", `${wrong}.`, { file });
      }
      if (box) checkBox(tensor.shape, box);
      const numbers = await readSaved(checkpoint, tensor, box ?? wholeBox(tensor.shape));
      return (as === "float32" ? numbers : Float64Array.from(numbers)) as never;
    },
    close: () => checkpoint.close(),
  };
}

function savedAs(
  checkpoint: Checkpoint,
  { path: parameter, name }: ParameterName,
  file: string,
): Saved | undefined {
  const path = `params/${parameter}`;
  const sizes = checkpoint.tensors.get(path)?.dims.map(([, size]) => size);
  const dims = checkpoint.tensors.get(path)?.dims.map(([dim]) => dim) ?? [];
  if (!sizes) return undefined;
  const at = dims.indexOf("heads");
  const split = at >= 0 && dims[at + 1] === "kv" ? { at, inner: sizes[at + 1]! } : undefined;
  const shape = split
    ? [...sizes.slice(0, at), sizes[at]! * split.inner, ...sizes.slice(at + 2)]
    : sizes;
  return { name, dtype: "F32", shape, file, path, split };
}

/** The numbers of a box: of heads that it has a part of, all are read. */
async function readSaved(
  checkpoint: Checkpoint,
  { path, split }: Saved,
  box: Box,
): Promise<Float32Array<ArrayBuffer>> {
  if (!split) return (await checkpoint.read(path, box)) as Float32Array<ArrayBuffer>;
  const { at, inner } = split;
  const { begin, size } = box[at]!;
  const first = Math.floor(begin / inner);
  const count = Math.ceil((begin + size) / inner) - first;
  const heads = { begin: first, size: count };
  const whole = [...box.slice(0, at), heads, { begin: 0, size: inner }, ...box.slice(at + 1)];
  const numbers = (await checkpoint.read(path, whole)) as Float32Array<ArrayBuffer>;
  if (count * inner === size) return numbers;
  const outer = box.slice(0, at).reduce((n, range) => n * range.size, 1);
  const step = box.slice(at + 1).reduce((n, range) => n * range.size, 1);
  const part = new Float32Array(outer * size * step);
  for (let i = 0; i < outer; i++) {
    const from = (i * count * inner + begin - first * inner) * step;
    part.set(numbers.subarray(from, from + size * step), i * size * step);
  }
  return part;
}
