import { MtfError } from "mtf";
import { checkNames, type OptionNames } from "../option-names.ts";
import { wrongOption } from "../wrong-option.ts";
import type { TrainOptions } from "./options.ts";

const names: OptionNames<TrainOptions> = {
  backend: true,
  batchSize: true,
  cache: true,
  config: true,
  context: true,
  data: true,
  deterministic: true,
  evalBatches: true,
  evalEvery: true,
  experts: true,
  fastReduce: true,
  gradAccumulation: true,
  inputFormat: true,
  keep: true,
  keepEvery: true,
  layout: true,
  log: true,
  lr: true,
  machine: true,
  mesh: true,
  model: true,
  moeLayers: true,
  noCrossDocument: true,
  optimizer: true,
  out: true,
  peak: true,
  recompute: true,
  resetPositions: true,
  resume: true,
  runtime: true,
  profile: true,
  sampleEvery: true,
  saveEvery: true,
  seed: true,
  set: true,
  special: true,
  steps: true,
  storage: true,
  textKey: true,
  tokenizer: true,
  validationData: true,
  validationShare: true,
  withOptimizer: true,
  zstdWindow: true,
};

/** Options that count steps or checkpoints, and are in no config that would check them. */
const counts = ["sampleEvery", "keep", "keepEvery"] as const;

/**
 * Checks what no config and no reader checks.
 *
 * @throws MtfError `bad-argument`
 */
export function checkOptions(options: TrainOptions): void {
  checkNames("train", options, names);
  const { config, model, out, resume, withOptimizer, log, peak } = options;
  if (out !== undefined && (typeof out !== "string" || out === "")) {
    throw wrongOption("train", "out", out, 'a folder: "runs/book"');
  }
  if (peak !== undefined && !(peak > 0)) throw wrongOption("train", "peak", peak, "above 0");
  if (config === undefined && model === undefined && !resume) {
    throw bad("there is neither a config nor a model to train.", [
      '`config: "tiny"`',
      '`model: "models/gpt-neo-125m"`',
    ]);
  }
  if (resume && out === undefined) {
    throw bad("there is no folder with a run to go on with.", ['`out: "runs/book"`']);
  }
  if (withOptimizer && model === undefined) {
    throw bad("`withOptimizer` goes with `model`.", ['`model: "models/original"`']);
  }
  if (log !== undefined && out === undefined) {
    throw bad("a log is written into the run's folder, and there is none.", ['`out: "runs/book"`']);
  }
  for (const name of counts) {
    const value = options[name];
    if (value === undefined || (Number.isInteger(value) && value >= 1)) continue;
    throw bad(`${name} is ${value}, not a whole number from 1 on.`);
  }
}

function bad(sentence: string, instead: readonly string[] = []): MtfError {
  return new MtfError("bad-argument", sentence, instead.length > 0 ? { try: instead } : {});
}
