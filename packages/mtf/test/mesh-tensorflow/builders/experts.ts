import { type Dimension, dimension } from "mtf";
import { contracted, m, nn, sizeOf, type T } from "../tensors.ts";
import { activations, type Builder, type Builders } from "./elementwise.ts";
import { variable } from "./layers.ts";

/** Which choices behind the first are used. */
function laterOf(policy: string, threshold: number): T {
  return policy === "threshold" ? { above: threshold } : policy;
}

type Routers = Readonly<Record<string, (attributes: T) => T>>;

const routers: Routers = {
  top_2: (a) =>
    nn.top2Router({
      later: laterOf(a.moe_second_policy_eval, a.moe_second_threshold_eval),
      balanceSecond: a.moe_use_second_place_loss,
    }),
  top_n: (a) =>
    nn.topNRouter(a.moe_top_n_num_experts_per_token, {
      later: laterOf(a.moe_second_policy_eval, a.moe_second_threshold_eval),
    }),
  switch: () => nn.switchRouter(),
  switch_max: () => nn.switchMaxRouter(),
  ntlb: (a) => nn.noTokenLeftBehindRouter(a.moe_ntlb_top_k),
  expert_selection: () => nn.expertChoiceRouter(),
};

/** Where tokens go and what weighs what comes back, as the dense tensors of the original. */
const gating =
  (name: string): Builder =>
  (xs, { attributes }) => {
    const [experts, tokens] = [attributes.experts_dim, attributes.group_size_dim].map(
      ([dim, size]: [string, number]) => dimension(dim, size),
    ) as [Dimension, Dimension];
    const places = dimension("expert_capacity", attributes.expert_capacity);
    const logits = contracted([xs.inputs, variable(xs, "kernel")], ["d_model"]);
    const given = { logits, tokens, experts, places, importance: xs.importance };
    const { sent, weighted, balance } = nn.dispatch(routers[name]!(attributes), given);
    // What is left of a choice's rank, where the original splits choices.
    const ranked = (x: T) => (name === "ntlb" ? m.broadcast(x, dimension("k", 1)) : x);
    return [ranked(sent), ranked(weighted), balance];
  };

/** The layer's attributes by the names that those of the gating have. */
const layerAttributes = (attributes: T): T => ({
  moe_second_policy_eval: attributes.second_policy_eval,
  moe_second_threshold_eval: attributes.second_threshold_eval,
  moe_use_second_place_loss: attributes.use_second_place_loss,
  moe_ntlb_top_k: attributes.ntlb_top_k,
  moe_top_n_num_experts_per_token: attributes.top_n_num_experts_per_token,
});

/** All positions in groups of one size, and what leads back. */
function grouped(x: T, size: number): { readonly x: T; readonly back: (y: T) => T } {
  const [batch, length] = ["batch", "length"].map((dim) => dimension(dim, sizeOf(x, dim)));
  const all = dimension("all", batch!.size * length!.size);
  const groups = dimension("batch", all.size / size);
  const parts = [groups, dimension("group", size)];
  const y = m.split(m.merge(x, ["batch", "length"], all), "all", parts);
  return {
    x: y,
    back: (z) => m.split(m.merge(z, ["batch", "group"], all), "all", [batch, length]),
  };
}

const layer: Builder = (xs, { attributes: a }) => {
  const tokens = grouped(xs.x, a.group_size);
  const activation = [a.activation].flat();
  const capacity = { factor: a.capacity_factor_eval, least: a.min_expert_capacity };
  const gated = activation.length > 1;
  const kernel = (name: string) => variable(xs, `${name}/kernel`);
  const params = {
    router: m.rename(variable(xs, "gating/kernel"), "expert_unsplit", "experts"),
    up: kernel(gated ? "wi_1" : "wi"),
    ...(gated && { gate: kernel("wi_1"), up: kernel("wi_0") }),
    down: kernel("wo"),
  };
  const { output, balance } = nn.mixtureOfExperts(tokens.x, params, {
    router: routers[a.gating]!(layerAttributes(a)),
    tokens: "group",
    places: dimension("expert_capacity", nn.expertCapacity(a.group_size, a.num_experts, capacity)),
    importance: xs.nonpadding && grouped(xs.nonpadding, a.group_size).x,
    activation: activations[activation[0]!]!,
  });
  return [tokens.back(output), m.mul(balance, a.loss_coef)];
};

const twoLevels: Builder = (xs, { attributes: a }) => {
  const tokens = grouped(xs.x, a.group_size);
  const [outer, inner] = a.num_experts as [number, number];
  const least = a.min_expert_capacity;
  const size = nn.expertCapacity(a.group_size, outer, { factor: a.capacity_factor_eval, least });
  const arrived = sizeOf(tokens.x, "batch") * size;
  const factor = a.capacity_factor_second_level;
  const kernel = (name: string) => variable(xs, `${name}/kernel`);
  const router = nn.top2Router({ later: a.second_policy_eval });
  const params = {
    router: m.rename(kernel("outer_gating"), "expert_x_unsplit", "expert_x"),
    inner: m.rename(kernel("inner_gating"), "expert_y_unsplit", "expert_y"),
    up: kernel("wi"),
    down: kernel("wo"),
  };
  const { output, balance } = nn.twoLevelExperts(tokens.x, params, {
    ...{ router, tokens: "group", places: dimension("expert_capacity_x", size) },
    inner: {
      router,
      tokens: dimension("group_size_y", arrived),
      places: dimension("expert_capacity_y", nn.expertCapacity(arrived, inner, { factor, least })),
    },
  });
  return [tokens.back(output), m.mul(balance, a.loss_coef)];
};

export const experts: Builders = {
  ...Object.fromEntries(Object.keys(routers).map((name) => [`moe._${name}_gating`, gating(name)])),
  "moe.transformer_moe_layer_v1": layer,
  "moe.transformer_moe_layer_v2": twoLevels,
};
