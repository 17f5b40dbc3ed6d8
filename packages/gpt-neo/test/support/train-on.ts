import { mkdtempSync } from "node:fs";
import { join } from "node:path";
import { defineMesh } from "mtf";
import { openCheckpoint } from "mtf/checkpoint";
import { simulator } from "mtf/simulator";
import type { Config } from "../../src/config/index.ts";
import type { SampleSet } from "../../src/data/index.ts";
import { dimsOf } from "../../src/models/index.ts";
import { layoutOf } from "../../src/session.ts";
import type { Origin } from "../../src/train/begin.ts";
import { readAlready } from "../../src/train/data/opened-data.ts";
import { takeSteps } from "../../src/train/steps.ts";
import type { StepEntry } from "../../src/train/training.ts";
import type { Case } from "../hugging-face/layouts.ts";

/** A step's batch, row by row. */
export interface GivenBatch {
  readonly tokens: ArrayLike<number>;
  readonly labels: ArrayLike<number>;
}

/** A run on given batches, with all it told and left. */
export interface Ran {
  readonly out: string;
  readonly entries: readonly StepEntry[];
  /** The last checkpoint's tensors by their paths. */
  readonly state: ReadonlyMap<string, ArrayLike<number>>;
}

/** Trains on batches in the order they are given in, a step each, in a new folder. */
export async function trainOn(
  folder: string,
  config: Config,
  from: Origin,
  batches: readonly GivenBatch[],
  { backend = "wasm", ...at }: Case & { readonly backend?: "wasm" | "reference" },
): Promise<Ran> {
  const { batch_size, grad_accumulation, context } = config.training;
  const dims = dimsOf(config, batch_size / grad_accumulation, context);
  const devices = await simulator(defineMesh(at.mesh), { backend });
  const out = mkdtempSync(join(folder, "run-"));
  const entries: StepEntry[] = [];
  try {
    await takeSteps({
      config,
      data: readAlready(
        {
          train: samplesOf(batches, context),
          validation: undefined,
          tokens: batches.length * batch_size * context,
          close: () => undefined,
        },
        false,
      ),
      dataOrder: 1,
      settings: {},
      tokenizer: undefined,
      out,
      devices,
      layout: layoutOf(at, devices.mesh, dims),
      from,
      stopped: () => entries.length === batches.length,
      on: { note: () => undefined, step: (entry) => entries.push(entry) },
    });
  } finally {
    await devices.close();
  }
  const checkpoint = await openCheckpoint(join(out, "checkpoints", `step-${entries.at(-1)!.step}`));
  const state = new Map<string, ArrayLike<number>>();
  for (const path of checkpoint.names) state.set(path, await checkpoint.read(path));
  await checkpoint.close();
  return { out, entries, state };
}

function samplesOf(batches: readonly GivenBatch[], context: number): SampleSet {
  const tokens = batches.flatMap((batch) => Array.from(batch.tokens));
  const labels = batches.flatMap((batch) => Array.from(batch.labels));
  return {
    context,
    tokens: tokens.length,
    count: tokens.length / context,
    read(index, into, next) {
      into.set(tokens.slice(index * context, (index + 1) * context));
      next.set(labels.slice(index * context, (index + 1) * context));
    },
    order: () => (place) => place,
  };
}
