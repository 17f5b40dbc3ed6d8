import type { Dimension } from "../../dimension.ts";
import type { AnyTensor, Tensor } from "../../graph/tensor.ts";
import type { Key } from "../../ops/random/key.ts";

/** What a router is given. Dims beside those of tokens and experts are groups, each by itself. */
export interface Gating {
  /** How well tokens and experts go together: [… groups, tokens, experts]. */
  readonly logits: Tensor<string>;
  /** The dim of the tokens of a group. */
  readonly tokens: Dimension;
  readonly experts: Dimension;
  /** The places that each expert has for tokens of a group; without, there is one for all. */
  readonly places?: Dimension | undefined;
  /**
   * 1 for a token that counts, 0 for one that goes nowhere, such as padding, and between them for one
   * that is sent to a single expert and does not count for the balance; of [… groups, tokens].
   */
  readonly importance?: AnyTensor | undefined;
  /** What random choices are drawn from. */
  readonly key?: Key | undefined;
}

/** An expert for each token: [… groups, tokens]. */
export interface Choice {
  /** int32 */
  readonly expert: AnyTensor;
  /** What the expert's result is multiplied by. */
  readonly gate: AnyTensor;
  /** Whether the token is sent there; everywhere where it is left out. */
  readonly sent?: AnyTensor | undefined;
}

/** Which token has which place: [experts, … groups, places]. */
export interface Assignment {
  /** int32, and -1 where a place is empty. */
  readonly token: AnyTensor;
  /** What the expert's result for it is multiplied by. */
  readonly weight: AnyTensor;
}

/** Places that tokens have been given, and what belongs to them. */
export interface Seats extends Assignment {
  /** The expert of each block, int32, where places are in blocks rather than at experts. */
  readonly owner?: AnyTensor | undefined;
  /** How many tokens each expert has: int32 [… groups, experts]. */
  readonly held: AnyTensor;
}

/** Tokens that choose experts, in which they queue for places. */
export interface TokensChoose {
  readonly by: "tokens";
  /** The first choices of all tokens are served before the second. */
  readonly choices: readonly Choice[];
  /** Whether a token that has found a place is out of the queues of its later choices. */
  readonly once?: boolean | undefined;
  /** A scalar that is smallest where experts are used alike. */
  readonly balance: AnyTensor;
}

/** Experts that choose tokens. */
export interface ExpertsChoose {
  readonly by: "experts";
  readonly assignment: Assignment;
  /** A scalar that is smallest where tokens are chosen alike. */
  readonly balance: AnyTensor;
}

/**
 * Decides which expert computes which token. A router is a value: those of this library are made by
 * functions such as `top2Router`, and any function of this type is another.
 */
export type Router = (gating: Gating) => TokensChoose | ExpertsChoose;
