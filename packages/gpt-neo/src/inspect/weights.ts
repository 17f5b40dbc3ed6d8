import { join } from "node:path";
import { openCheckpoint } from "mtf/checkpoint";
import { storedBits, volumeOf } from "mtf/files";
import { withWayBack } from "../damaged-checkpoint.ts";
import { checkpointFile, openWeights, type WeightFormat } from "../weights/index.ts";

/** What weights are. */
export interface WeightsSummary {
  readonly format: WeightFormat;
  readonly file: string;
  /** What the file says about itself. */
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly tensors: readonly TensorSummary[];
  /** Numbers in all tensors. */
  readonly parameters: number;
  /** Bytes of all tensors. */
  readonly bytes: number;
  /** Of a run's checkpoint: what its files take, and whether there were checksums to compare them with. */
  readonly verified?: { readonly bytes: number; readonly compared: boolean };
  /** What else the files hold, and why it is not among the tensors. */
  readonly skipped: Readonly<Record<string, string>>;
}

export interface TensorSummary {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** Bits of a number, by its type's name in files of weights and in checkpoints of runs. */
const bitsOf: Readonly<Record<string, number>> = { ...storedBits, float32: 32, int32: 32, bool: 8 };

/**
 * Says what weights are without reading their numbers.
 *
 * @throws MtfError `bad-file` naming file, byte and reason
 */
export async function inspectWeights(path: string): Promise<WeightsSummary> {
  const source = await openWeights(path);
  try {
    const tensors = [...source.tensors.values()].map(({ name, dtype, shape }) => ({
      name,
      dtype,
      shape,
    }));
    return {
      format: source.format,
      file: source.file,
      metadata: source.metadata ?? {},
      tensors,
      ...totals(tensors),
      skipped: Object.fromEntries(source.skipped),
    };
  } finally {
    await source.close();
  }
}

/**
 * Says what a run's checkpoint holds: weights and the optimizer's state, with their dims. Its files are
 * read to their end, to see whether they are as they were written.
 *
 * @throws MtfError `bad-file` naming the file that is missing or damaged, and the reason
 */
export async function inspectCheckpoint(folder: string): Promise<WeightsSummary> {
  const told = async (error: unknown): Promise<never> => {
    throw await withWayBack(error, folder, "inspect");
  };
  const checkpoint = await openCheckpoint(folder).catch(told);
  const verified = await checkpoint
    .verify()
    .catch(told)
    .finally(() => checkpoint.close());
  const tensors = [...checkpoint.tensors].map(([name, { dtype, dims }]) => ({
    name,
    dtype,
    shape: dims.map(([, size]) => size),
  }));
  const { settings: _, ...metadata } = (checkpoint.metadata ?? {}) as Record<string, unknown>;
  const file = join(folder, checkpointFile);
  return {
    format: "checkpoint",
    file,
    metadata,
    tensors,
    ...totals(tensors),
    verified,
    skipped: {},
  };
}

function totals(tensors: readonly TensorSummary[]): { parameters: number; bytes: number } {
  let [parameters, bytes] = [0, 0];
  for (const { dtype, shape } of tensors) {
    const count = volumeOf(shape);
    parameters += count;
    bytes += (count * bitsOf[dtype]!) / 8;
  }
  return { parameters, bytes };
}
