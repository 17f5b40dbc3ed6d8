import { join } from "node:path";
import { MtfError } from "mtf";
import type { Training } from "../config/index.ts";
import { furtherAfresh } from "../further-afresh.ts";
import { optionsInWords } from "../options-in-words.ts";
import type { Weights } from "../weights/index.ts";
import type { Origin } from "./begin.ts";
import type { Claim } from "./claim.ts";
import { optimizerStateOf } from "./optimizer-state.ts";
import type { TrainOptions } from "./options.ts";

/**
 * What a run begins from: its own checkpoint first, then the weights that are given.
 *
 * @throws MtfError `bad-argument` where the optimizer's state is another optimizer's, or of a step that
 * the run does not have; as `optimizerStateOf`
 */
export function originOf(
  { withOptimizer }: TrainOptions,
  weights: Weights | undefined,
  checkpoint: Claim["checkpoint"] | undefined,
  { optimizer: name, steps }: Pick<Training, "optimizer" | "steps">,
): Origin {
  if (checkpoint) {
    const kept = checkpoint.progress.settings.optimizer ?? "adamw";
    if (kept === name) return { kind: "checkpoint", path: checkpoint.path };
    const sentence = `the run's checkpoint holds ${kept}'s state, not ${name}'s.`;
    throw new MtfError("bad-argument", sentence, {
      evidence: [["checkpoint", checkpoint.path]],
      try: [optionsInWords({ optimizer: kept }), furtherAfresh(join(checkpoint.path, "..", ".."))],
    });
  }
  if (!weights) return { kind: "random" };
  if (!withOptimizer) return { kind: "weights", weights };
  if (name !== "adamw") {
    const sentence = `the state beside ${weights.file} is Adam's, and the run's optimizer is ${name}.`;
    throw new MtfError("bad-argument", sentence, {
      try: ['`optimizer: "adamw"`', "no `withOptimizer`, to begin with fresh state"],
    });
  }
  const optimizer = optimizerStateOf(weights);
  if (optimizer.step < steps) return { kind: "optimizer", weights, optimizer };
  const sentence = `${weights.file} is at step ${optimizer.step}, and the run has ${steps} in all.`;
  throw new MtfError("bad-argument", sentence, {
    try: [optionsInWords({ steps: optimizer.step + 1000 })],
  });
}
