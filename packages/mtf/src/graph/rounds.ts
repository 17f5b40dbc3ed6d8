import type { Dimension } from "../dimension.ts";
import type { AnyTensor } from "./tensor.ts";

/** How often a region runs its body. */
export type Rounds =
  /**
   * For every index of a dim, from the last on in reverse. `counted`: for the first indices only, as
   * many as the first of the operands that are given whole says, an int32 scalar.
   */
  | {
      readonly kind: "each";
      readonly dim: Dimension;
      readonly reverse: boolean;
      readonly counted: boolean;
    }
  /**
   * As long as a condition holds, a bool scalar that is computed from the body's inputs before each
   * round, and for at most as many rounds as `most` is long. What is stacked has this dim, and zeros
   * where there was no round; without it nothing is stacked.
   */
  | {
      readonly kind: "while";
      readonly condition: AnyTensor;
      readonly most: Dimension | undefined;
    }
  /**
   * Once, or where the first operand, a bool scalar, is false, other outputs of the same inputs in
   * place of the body's. As with `once`, nothing is carried, sliced or stacked.
   */
  | { readonly kind: "either"; readonly otherwise: readonly AnyTensor[] }
  /** Once: nothing is carried or sliced, and "summed" results are those of this round. */
  | { readonly kind: "once"; readonly gradient: RegionGradient };

/** The gradient of a region that runs once: through its body, computed again, or a given one. */
export type RegionGradient =
  | "recomputed"
  | ((
      results: readonly AnyTensor[],
      cotangents: readonly (AnyTensor | undefined)[],
    ) => readonly (AnyTensor | undefined)[]);

/** The dim that a region's stacked results have, if there can be any. */
export function dimOfRounds(rounds: Rounds): Dimension | undefined {
  switch (rounds.kind) {
    case "each":
      return rounds.dim;
    case "while":
      return rounds.most;
    case "either":
    case "once":
      return undefined;
  }
}

/** Whether the first of the operands that are given whole says how often, or which body, runs. */
export function isSteered(rounds: Rounds): boolean {
  return rounds.kind === "either" || (rounds.kind === "each" && rounds.counted);
}
