import { absent, all, type Entries, unneeded, use } from "./entry.ts";

const rates =
  "its `rates` multiply the schedule by a number for each path; other schedules need a state each";

export const optimize: Entries = {
  make_optimizer: use("gpt-neo.train", "its `optimizer` names one; in code, call it"),
  Optimizer: unneeded("An optimizer is a function of a state and a gradient."),
  SgdOptimizer: use("sgd"),
  MomentumOptimizer: use(["momentum", "momentumState"], "without the original's delay of one step"),
  AdamWeightDecayOptimizer: use(["adamw", "adamState"], "`biasCorrection: false`, `epsilon: 1e-6`"),
  AdafactorOptimizer: use(["adafactor", "adafactorState"]),
  adafactor_decay_rate_adam: use("adafactor", "its `decayRate`, a number or a function of steps"),
  adafactor_decay_rate_pow: use("adafactor", "its `decayRate`, by default 1 - steps^-0.8"),
  adafactor_optimizer_from_hparams: unneeded("Options are an object."),
  reduce_rms: use(["sqrt", "mean", "square"], "`sqrt(mean(square(x)))`"),
  product_learning_rate: use("productRate"),
  compute_lr_for_step: unneeded("A schedule is a function of steps: call it."),
  AdafactorWithMultiLRSchedule: use("adafactor", rates),
  AdamWithMultiLRSchedule: use("adamw", rates),
};

export const schedules: Entries = {
  product_learning_rate: use("productRate"),
  linear_decay: use("linearDecay"),
  linear_warmup: use("linearWarmup"),
  truncated_rsqrt: use("inverseSquareRoot"),
  constant: use("constantRate"),
  constant_learning_rate: use("constantRate"),
  linear_decay_learning_rate: use(["productRate", "linearDecay"]),
  learning_rate_schedule_noam: use(
    ["productRate", "inverseSquareRoot", "linearDecay"],
    "`noam` is the one of the paper",
  ),
  slanted_triangular: use("slantedTriangular"),
};

const search = absent(
  "Rules are written, not searched for; `explain` tells what others would cost.",
);

export const autoLayout: Readonly<Record<string, Entries>> = {
  "auto_mtf.api": { layout: search, layout_and_mesh_shape: search },
  "auto_mtf.graph_interface": { GraphInterface: use(["trace", "memoryPlan"]) },
  "auto_mtf.layout_optimizer": all(["SolverError", "LayoutOptimizer"], search),
  "auto_mtf.memory_estimator": { MemoryEstimator: use("memoryPlan") },
  "auto_mtf.print_cp_model_solution": { print_solution: search },
  "auto_mtf.scheduler": {
    minimize_peak_memory: absent(
      "No order of least memory is searched for; `recompute` saves memory instead.",
    ),
  },
  "auto_mtf.valid_layouts": {
    LayoutValidator: unneeded("Every op may be split along every dim, into parts of any size."),
  },
};
