import {
  type Dimension,
  dimension,
  dropout,
  fold,
  type Key,
  key,
  merge,
  mul,
  type Scalar,
  split,
  type Tensor,
} from "mtf";
import { expertCapacity, mixtureOfExperts } from "mtf/nn";
import type { Config, Experts } from "../../config/index.ts";
import type { Hidden } from "../model.ts";
import { type Declared, matrix } from "../parameter.ts";
import { activationOf } from "./activation.ts";
import type { MeshDims } from "./dims.ts";
import { noiseOf, routerOf } from "./router.ts";

/** The weights of a layer that is a mixture of experts; nothing in it has a bias. */
export interface Mixture {
  readonly router: Tensor<"experts" | "embd">;
  readonly up: Tensor<"experts" | "embd" | "expert_hidden">;
  readonly down: Tensor<"experts" | "expert_hidden" | "embd">;
}

/** Whether a layer is a mixture of experts. */
export function isMixture({ original }: Config, layer: number): boolean {
  return original.moe?.layers.includes(layer) === true;
}

export function mixtureParameters(
  name: string,
  { embd, experts, expert_hidden }: MeshDims,
): Declared<Mixture> {
  return {
    router: matrix(`${name}.router.weight`, [experts, embd], "router"),
    up: matrix(`${name}.wi`, [experts, embd, expert_hidden], "expert_up"),
    down: matrix(`${name}.wo`, [experts, expert_hidden, embd], "expert_down"),
  };
}

/** What a mixture is given beside its weights. */
export interface MixtureGiven {
  /** What training draws from; without it, it is no training. */
  readonly key: Key | undefined;
  /** Whether tokens are continued: each then has the experts it wants, whatever others do. */
  readonly continued: boolean;
  readonly layer: number;
}

/** What experts make of tokens, and what is added to the loss. */
export function mixture(
  config: Config,
  moe: Mixture,
  x: Hidden,
  { key: drawn, continued, layer }: MixtureGiven,
): readonly [Hidden, Scalar] {
  const given = config.original.moe!;
  const training = drawn !== undefined;
  const { batch, length } = x.dims;
  const groups = groupsIn(batch.size * length.size, given.group_size);
  const tokens = grouped(x, groups);
  const own = fold(drawn ?? key(config.training.seed), `experts ${layer}`);
  const active = activationOf(given.activation);
  const noise = training ? noiseOf(given) : undefined;
  const { output, balance } = mixtureOfExperts(tokens, moe, {
    router: routerOf(given, training),
    tokens: "group",
    ...(!continued && { places: placesIn(given, groups.size, training) }),
    ...(noise && { noise }),
    key: own,
    activation: (inner) => {
      const made = active(inner);
      const { dropout_rate: rate } = given;
      return training && rate > 0 ? dropout(fold(own, "inner"), made, rate) : made;
    },
  });
  return [ungrouped(output as typeof tokens, batch, length), mul(balance, given.loss_coef)];
}

interface Groups {
  readonly count: number;
  readonly size: number;
}

/** As few groups of the same size as there can be, none larger than that. */
function groupsIn(tokens: number, largest: number): Groups {
  let count = Math.max(1, Math.floor(tokens / largest));
  while (tokens % count !== 0) count++;
  return { count, size: tokens / count };
}

/** Groups are split as rows are, by their name. */
function grouped(x: Hidden, { count, size }: Groups): Tensor<"batch" | "group" | "embd"> {
  const all = merge(x, ["batch", "length"], dimension("all", count * size));
  return split(all, "all", [dimension("batch", count), dimension("group", size)]);
}

function ungrouped(
  x: Tensor<"batch" | "group" | "embd">,
  batch: Dimension<"batch">,
  length: Dimension<"length">,
): Hidden {
  const all = merge(x, ["batch", "group"], dimension("all", batch.size * length.size));
  return split(all, "all", [batch, length]);
}

function placesIn(given: Experts, tokens: number, training: boolean): Dimension {
  const factor = training ? given.capacity_factor_train : given.capacity_factor_eval;
  const least = given.min_expert_capacity;
  return dimension("expert_capacity", expertCapacity(tokens, given.num_experts, { factor, least }));
}
