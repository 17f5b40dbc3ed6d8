import type { MachineModel } from "mtf";
import type { ConfigSource, OptimizerName } from "../config/index.ts";
import type { ReadingOptions } from "../data/reading-options.ts";
import type { WrittenData } from "../data/source.ts";
import type { MeshOptions } from "../mesh-options.ts";
import type { GivenDocuments } from "./data/given.ts";
import type { GoingOn } from "./going-on.ts";

/** What a run trains, on what, where and how; whatever is left out is the config's. */
export interface TrainOptions extends MeshOptions, ReadingOptions {
  /** A preset's name, a file, or a config as it is written; with `model`, what is otherwise than there. */
  readonly config?: ConfigSource;
  /** The folder of a model to go on from. */
  readonly model?: string;
  /** With `model`: go on with the optimizer's state and step saved there. */
  readonly withOptimizer?: boolean;
  /** Files, which are one source together; sources with weights; or documents. By default the config's. */
  readonly data?: WrittenData | GivenDocuments;
  /** What to validate with in place of a part of the data. */
  readonly validationData?: readonly string[] | GivenDocuments;
  /** The run's folder, a new or an empty one. Without one nothing is written. */
  readonly out?: string;
  /** `gpt2`, `bytes`, a `tokenizer.json` or a folder with one. */
  readonly tokenizer?: string;
  /** Whether `<|endoftext|>` in a text ends a document. */
  readonly special?: boolean;
  /** Layers of a new GPT-Neo that are mixtures of experts, counted from 0. */
  readonly moeLayers?: readonly number[];
  /** How many experts such a layer has; 16 unless the config says. */
  readonly experts?: number;
  /** What makes a step of a gradient. */
  readonly optimizer?: OptimizerName;
  /** The highest learning rate. */
  readonly lr?: number;
  /** Samples a step. */
  readonly batchSize?: number;
  /** Parts of a batch computed one by one. */
  readonly gradAccumulation?: number;
  /**
   * Whether each block is computed again for its gradient, and logits are of some positions at a time: less
   * memory, more time.
   */
  readonly recompute?: boolean;
  /** Tokens a sample. */
  readonly context?: number;
  /** Steps in all. */
  readonly steps?: number;
  /** Steps between validations. */
  readonly evalEvery?: number;
  /** Steps between checkpoints. */
  readonly saveEvery?: number;
  /** What weights, order of data and dropout follow from. */
  readonly seed?: number;
  /** Batches that a validation looks at. */
  readonly evalBatches?: number;
  /** The part of the data held back to validate with. */
  readonly validationShare?: number;
  /** Any other keys of the config's `training`, and the dropouts, as an object or as pairs. */
  readonly set?:
    | Readonly<Record<string, unknown>>
    | readonly (readonly [key: string, value: unknown])[];
  /**
   * The machine that the step is planned for, or a file with one, as `npm run bench -- machine` prints
   * it. Links of axes that the mesh lacks are left out. A run that goes on takes the one it was begun for.
   */
  readonly machine?: string | MachineModel;
  /**
   * What the machine could do, in GFLOP/s: each step tells the share of it that its products reach. By
   * default it is measured, unless the run is a short one.
   */
  readonly peak?: number;
  /** Whether a step is profiled, the third or the last: `onProfile` is told what it took. */
  readonly profile?: boolean;
  /** Steps between samples of text; by default there are none. */
  readonly sampleEvery?: number;
  /** The last checkpoints to keep, beside the best one; default 2. */
  readonly keep?: number;
  /** Those after every so many steps stay for good. */
  readonly keepEvery?: number;
  /** Go on from the last checkpoint in `out`; what is left out, also by a config given beside, is as it was begun. */
  readonly resume?: boolean;
  /** Whether no token is predicted from another document, nor sees one. */
  readonly noCrossDocument?: boolean;
  /** The folder that keeps the ids of text for the next run; by default one beside `out`. */
  readonly cache?: string;
  /** Whether positions begin at 0 in each document of a sample. */
  readonly resetPositions?: boolean;
  /** What is written beside `log.jsonl`. */
  readonly log?: readonly ("jsonl" | "tensorboard")[];
}

/** The options of a run that is kept in a folder. */
export type KeptRun = TrainOptions & { readonly out: string };

/** Options with the machine that they come to, and what a run that goes on remembers. */
export type OnMachine = GoingOn & { readonly machine: MachineModel };
