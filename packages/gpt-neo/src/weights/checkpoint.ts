import { join } from "node:path";
import { MtfError } from "mtf";
import { type Checkpoint, openCheckpoint } from "mtf/checkpoint";
import { checkBox, volumeOf, wholeBox } from "mtf/files";
import type { ConfigSource } from "../config/index.ts";
import { withWayBack } from "../damaged-checkpoint.ts";
import { modelOf, type ParameterName } from "../models/index.ts";
import { checkpointFile } from "./home.ts";
import { covering, partAround, placesIn, taken } from "./merged-dims.ts";
import { findModelConfig } from "./model-config.ts";
import type { Box, WeightSource, WeightTensor } from "./source.ts";

/** A weight in a checkpoint, where several dims may be what is one in files: heads and their parts. */
interface Saved extends WeightTensor {
  /** Where the checkpoint has it. */
  readonly path: string;
  /** The sizes there of each dim. */
  readonly groups: readonly (readonly number[])[];
}

/**
 * Opens a checkpoint of a run as weights in Hugging Face's names and shapes. The optimizer's state is
 * left alone.
 *
 * @param folder such as `runs/book/checkpoints/step-45`, whose config is the run's
 * @param given a config, where none is there, or what is otherwise than in that one
 * @throws MtfError `bad-file` where it is damaged; `bad-argument` where there is no config
 */
export async function openCheckpointWeights(
  folder: string,
  given?: ConfigSource,
): Promise<WeightSource> {
  const file = join(folder, checkpointFile);
  const told = async (error: unknown): Promise<never> => {
    throw await withWayBack(error, folder, "model");
  };
  const checkpoint = await openCheckpoint(folder).catch(told);
  const { config } = await findModelConfig(file, false, given).catch(async (error) => {
    await checkpoint.close();
    throw error;
  });
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
      const numbers = await readSaved(checkpoint, tensor, box ?? wholeBox(tensor.shape)).catch(
        told,
      );
      return (as === "float32" ? numbers : Float64Array.from(numbers)) as never;
    },
    close: () => checkpoint.close(),
  };
}

function savedAs(
  checkpoint: Checkpoint,
  { path: parameter, name, shape, dims }: ParameterName,
  file: string,
): Saved | undefined {
  // An average of weights is the model of a run that keeps one.
  const path = [`average/${parameter}`, `params/${parameter}`].find((one) =>
    checkpoint.tensors.has(one),
  );
  const saved = path && checkpoint.tensors.get(path)?.dims;
  if (!saved) return undefined;
  const groups = dims.map((group) => group.map(({ size }) => size));
  const asDeclared = saved.map(([, size]) => size).join() === groups.flat().join();
  // One of another model is told by its own shape.
  const [own, parts] = asDeclared
    ? [shape, groups]
    : [saved.map(([, size]) => size), saved.map(([, size]) => [size])];
  return { name, dtype: "F32", shape: own, file, path, groups: parts };
}

/** The numbers of a box: of heads that it has a part of, all are read. */
async function readSaved(
  checkpoint: Checkpoint,
  { path, groups }: Saved,
  box: Box,
): Promise<Float32Array<ArrayBuffer>> {
  const parts = groups.map((sizes, i) => partAround(sizes, box[i]!));
  const numbers = (await checkpoint.read(path, parts.flat())) as Float32Array<ArrayBuffer>;
  if (numbers.length === volumeOf(box.map(({ size }) => size))) return numbers;
  const read = groups.map((sizes, i) => covering(placesIn(sizes, parts[i]!)));
  const places = box.map(({ begin, size }) => Array.from({ length: size }, (_, k) => begin + k));
  return taken(numbers, read, places);
}
