import type { ReadingOptions } from "../data/reading-options.ts";
import type { WrittenData } from "../data/source.ts";
import type { MeshOptions } from "../mesh-options.ts";

/** What a run trains, on what, where and how; whatever is left out is the config's. */
export interface TrainOptions extends MeshOptions, ReadingOptions {
  readonly config?: string;
  readonly model?: string;
  readonly withOptimizer?: boolean;
  /** Files, which are one source together, or sources with weights. */
  readonly data?: WrittenData;
  readonly validationData?: readonly string[];
  readonly out: string;
  /** `gpt2`, `bytes`, a `tokenizer.json` or a folder with one. */
  readonly tokenizer?: string;
  readonly special?: boolean;
  readonly lr?: number;
  readonly batchSize?: number;
  readonly gradAccumulation?: number;
  readonly recompute?: boolean;
  readonly context?: number;
  readonly steps?: number;
  readonly evalEvery?: number;
  readonly saveEvery?: number;
  readonly seed?: number;
  readonly evalBatches?: number;
  readonly validationShare?: number;
  /** Any other keys of the config's `training`, and the dropouts. */
  readonly set?: readonly (readonly [key: string, value: unknown])[];
  /** In GFLOP/s. */
  readonly peak?: number;
  readonly sampleEvery?: number;
  readonly keep?: number;
  readonly keepEvery?: number;
  readonly resume?: boolean;
  readonly noCrossDocument?: boolean;
  /** The folder that keeps the ids of text for the next run. */
  readonly cache?: string;
  readonly resetPositions?: boolean;
  readonly log?: readonly ("jsonl" | "tensorboard")[];
  readonly json?: boolean;
}
