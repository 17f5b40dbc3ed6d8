import * as v from "valibot";
import {
  activationNames,
  type ElementwiseName,
  elementwiseNames,
  type UsualActivation,
} from "./activation-names.ts";
import { amount, count, part } from "./numbers.ts";

/** What is drawn or disturbed where a router chooses. */
export type RouterPolicy = "argmax" | "sample" | "input_jitter" | "input_dropout";

/** Which tokens go to their second expert too. */
export type SecondPolicy = "all" | "none" | "threshold" | "random";

/** Layers that are mixtures of experts, in the original's words without its `moe_`. */
export interface Experts {
  /** Which layers are, counted from 0. */
  readonly layers: readonly number[];
  readonly num_experts: number;
  /** The width of an expert's inner part. */
  readonly hidden_size: number;
  readonly activation: UsualActivation | ElementwiseName;
  /** Tokens queue for experts within groups of at most so many. */
  readonly group_size: number;
  /** Who goes where: `switch` asks `switch_top_k` experts, one after the other, and `rand_1` one. */
  readonly gating: "top_2" | "switch" | "rand_1";
  readonly switch_top_k: number;
  /** Places an expert has for tokens of a group, as a multiple of its even share. */
  readonly capacity_factor_train: number;
  readonly capacity_factor_eval: number;
  /** The least places it has. */
  readonly min_expert_capacity: number;
  /** How much of how unevenly experts are used is added to the loss. */
  readonly loss_coef: number;
  readonly second_policy_train: SecondPolicy;
  readonly second_policy_eval: SecondPolicy;
  readonly second_threshold_train: number;
  readonly second_threshold_eval: number;
  /** Whether uneven second choices count in the loss too. */
  readonly use_second_place_loss: boolean;
  /** Of `switch` and `rand_1`. */
  readonly rand_1_policy_train: RouterPolicy;
  readonly rand_1_policy_eval: RouterPolicy;
  readonly rand_1_dropout: number;
  readonly rand_1_jitter: number;
  readonly rand_1_temperature: number;
  /** Of what is inside experts, in training. */
  readonly dropout_rate: number;
}

const natural = v.pipe(v.number(), v.integer(), v.minValue(0));
const second = v.picklist(["all", "none", "threshold", "random"]);
const policy = v.picklist(["argmax", "sample", "input_jitter", "input_dropout"]);

export const experts: v.GenericSchema<unknown, Experts> = v.strictObject({
  layers: v.pipe(v.array(natural), v.minLength(1)),
  num_experts: v.optional(count, 16),
  hidden_size: v.optional(count, 4096),
  activation: v.optional(v.picklist([...activationNames, ...elementwiseNames]), "relu"),
  group_size: v.optional(count, 1024),
  gating: v.optional(v.picklist(["top_2", "switch", "rand_1"]), "top_2"),
  switch_top_k: v.optional(count, 4),
  capacity_factor_train: v.optional(amount, 1.25),
  capacity_factor_eval: v.optional(amount, 2),
  min_expert_capacity: v.optional(count, 1),
  loss_coef: v.optional(amount, 0.01),
  second_policy_train: v.optional(second, "random"),
  second_policy_eval: v.optional(second, "random"),
  second_threshold_train: v.optional(amount, 0.2),
  second_threshold_eval: v.optional(amount, 0.2),
  use_second_place_loss: v.optional(v.boolean(), false),
  rand_1_policy_train: v.optional(policy, "input_jitter"),
  rand_1_policy_eval: v.optional(policy, "input_jitter"),
  rand_1_dropout: v.optional(part, 0.1),
  rand_1_jitter: v.optional(amount, 0.01),
  rand_1_temperature: v.optional(amount, 1),
  dropout_rate: v.optional(part, 0),
});

/** The keys of `experts`. */
export const expertKeys: readonly string[] = Object.keys(
  v.parse(experts, { layers: [0] }) as object,
);
