import { MtfError } from "mtf";
import type { Weights } from "../weights/index.ts";
import type { Origin } from "./begin.ts";
import type { Claim } from "./claim.ts";
import { optimizerStateOf } from "./optimizer-state.ts";
import type { TrainOptions } from "./options.ts";

/**
 * What a run begins from: its own checkpoint first, then the weights that are given.
 *
 * @throws MtfError `bad-argument` where the optimizer's state is of a step that the run does not have;
 * as `optimizerStateOf`
 */
export function originOf(
  { withOptimizer }: TrainOptions,
  weights: Weights | undefined,
  checkpoint: Claim["checkpoint"] | undefined,
  steps: number,
): Origin {
  if (checkpoint) return { kind: "checkpoint", path: checkpoint.path };
  if (!weights) return { kind: "random" };
  if (!withOptimizer) return { kind: "weights", weights };
  const optimizer = optimizerStateOf(weights);
  if (optimizer.step < steps) return { kind: "optimizer", weights, optimizer };
  const sentence = `${weights.file} is at step ${optimizer.step}, and the run has ${steps} in all.`;
  throw new MtfError("bad-argument", sentence, { try: [`--steps ${optimizer.step + 1000}`] });
}
