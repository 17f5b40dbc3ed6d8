import { architectureKeys } from "../architecture.ts";
import {
  always,
  isOff,
  type KeyNote,
  type Keys,
  mustBeOff,
  noTasks,
  note,
  printed,
  problem,
  type Rule,
  unlessOff,
} from "../key-rules.ts";
import { attentionConfig } from "./attention.ts";
import { dataProblem } from "./data.ts";
import { initialMethod } from "./initial-weights.ts";
import { isGpt2, tokenizerFileIn } from "./tokenizer.ts";

const kept: Rule = () => undefined;
const mustBe =
  (allowed: readonly unknown[], reason: string): Rule =>
  (value) =>
    allowed.includes(value) ? undefined : problem(`is ${printed(value)}: ${reason}`);
const typed =
  (type: "number" | "string" | "boolean", least = Number.NEGATIVE_INFINITY): Rule =>
  (value) => {
    if (value === null) return undefined;
    if (typeof value !== type) return problem(`is ${printed(value)}, but must be a ${type}`);
    if (type === "number" && !((value as number) >= least)) {
      return problem(`is ${printed(value)}, but must be ${least} or more`);
    }
    return undefined;
  };

const speed = "made kernels faster or memory smaller; it changes no result";
const generation = "belongs to generation: see gpt-neo generate --help";
const output = "logs and checkpoints go to the folder of --out";
const machines = "started the original's processes; here --mesh names the devices";
const precision = "trained in 16 bits; here weights and gradients are float32";
const experts = "belongs to mixtures of experts, which the model here does not have";
const preference = "trains on preferences; here the loss is that of the next token";

/** Keys whose values are used, or must be what the model here is. */
const rules: Readonly<Record<string, Rule>> = {
  // The model.
  num_layers: typed("number", 1),
  hidden_size: typed("number", 1),
  num_attention_heads: typed("number", 1),
  max_position_embeddings: typed("number", 1),
  seq_length: typed("number", 1),
  intermediate_size: typed("number", 1),
  layernorm_epsilon: typed("number", 0),
  attention_dropout: typed("number", 0),
  hidden_dropout: typed("number", 0),
  init_method_std: typed("number", 0),
  no_weight_tying: typed("boolean"),
  padded_vocab_size: typed("number", 1),
  ...Object.fromEntries(architectureKeys.map((key) => [key, kept])),
  attention_config: attentionConfig,
  expansion_factor: (value, keys) =>
    isOff(value) || isOff(keys.intermediate_size)
      ? typed("number", 0)(value, keys)
      : problem("is another width than intermediate_size, and only one may be given"),
  mlp_type: mustBe([null, "regular"], "the feed-forward layer here has two matrices"),
  soft_prompt_tuning: mustBeOff("adds a prompt of its own"),
  use_mup: mustBeOff("scales outputs and learning rates by widths"),
  use_bias_in_attn_linear: (value) =>
    value === false
      ? note("here attention's output has a bias, queries, keys and values have none")
      : undefined,
  bias_gelu_fusion: (value, { activation = "gelu" }) =>
    value === false && activation === "gelu"
      ? note("was exact gelu without; here it is gelu_new, its tanh form")
      : undefined,
  onnx_safe: unlessOff("chose gelu's form; here it is gelu_new, its tanh form"),
  make_vocab_size_divisible_by: typed("number", 1),
  init_method: initialMethod("normal"),
  output_layer_init_method: initialMethod("scaled_normal"),
  apply_query_key_layer_scaling: unlessOff(speed),
  attention_softmax_in_fp32: unlessOff("is how it is computed here"),

  // The optimizer and the learning rate.
  optimizer,
  lr: () => problem("has its place in optimizer: {params: {lr}}"),
  weight_decay: typed("number", 0),
  gradient_clipping: typed("number", 0),
  lr_decay_style: mustBe(
    ["linear", "cosine", "constant"],
    "the rate here is linear, cosine or constant",
  ),
  lr_decay_iters: typed("number", 1),
  lr_decay_fraction: typed("number", 0),
  min_lr: typed("number", 0),
  warmup: typed("number", 0),
  override_lr_scheduler: always("a resumed run takes the rate from its config, and tells changes"),
  use_checkpoint_lr_scheduler: always("a resumed run takes the rate from its config"),
  use_bnb_optimizer: unlessOff("stored the optimizer's state in 8 bits; here it is float32"),

  // Training.
  train_iters: typed("number", 1),
  train_epochs: unlessOff(
    "counted epochs, whose length is known only when all data are read; the steps are train_iters " +
      "or --steps",
  ),
  train_batch_size: typed("number", 1),
  train_micro_batch_size_per_gpu: typed("number", 1),
  gradient_accumulation_steps: typed("number", 1),
  eval_interval: typed("number", 1),
  eval_iters: typed("number", 0),
  save_interval: typed("number", 1),
  checkpoint_factor: typed("number", 1),
  checkpoint_scale: (value) =>
    value === "linear" || isOff(value)
      ? undefined
      : note("saved ever more seldom; here every checkpoint_factor steps"),
  extra_save_iters: (value) =>
    isOff(value) || (Array.isArray(value) && value.every(isCount))
      ? undefined
      : problem(`is ${printed(value)}, no list of steps`),
  exit_interval: typed("number", 1),
  keep_last_n_checkpoints: always("a run keeps its last two checkpoints, and extra_save_iters"),
  seed: typed("number", 0),
  finetune: unlessOff("starts from weights without their optimizer's state, as --model DIR does"),

  // Data.
  split: (value) =>
    typeof value === "string" && /^\s*[\d.]+(\s*[,/]\s*[\d.]+){0,2}\s*$/.test(value)
      ? undefined
      : problem(`is ${printed(value)}, not parts such as "969, 30, 1"`),
  tokenizer_type: tokenizer,
  vocab_file: (_, keys) =>
    isGpt2(keys.tokenizer_type) ? note("the vocabulary of gpt2 is built in") : undefined,
  merge_file: (_, keys) =>
    isGpt2(keys.tokenizer_type)
      ? note("the vocabulary of gpt2 is built in")
      : note("merges are in vocab_file"),
  data_path: (value, keys) =>
    isOff(keys.train_data_paths) || isOff(value)
      ? data("data_path")(value, keys)
      : note("is another than train_data_paths, which are taken"),
  train_data_paths: data("train_data_paths"),
  train_data_weights: data("train_data_weights"),
  valid_data_paths: data("valid_data_paths"),
  valid_data_weights: always("validation looks at all of its data once, in their order"),
  test_data_paths: unlessOff("no test ends a run: gpt-neo eval --data FILE measures others"),
  test_data_weights: unlessOff("no test ends a run: gpt-neo eval --data FILE measures others"),
  weight_by_num_documents: unlessOff(
    "needs all data read before the first step; weights are train_data_weights or --weight",
  ),
  weighted_sampler_alpha: (_, keys) =>
    isOff(keys.weight_by_num_documents)
      ? undefined
      : note("belongs to weight_by_num_documents, which is left out"),
  data_impl: always("what files hold, they tell themselves"),
  pack_impl: mustBe(["packed", null], "documents here are joined, and cut to the context"),
  dataset_impl: mustBe(["gpt2", null], preference),
  train_impl: mustBe(["normal", null], preference),
  eod_mask_loss: typed("boolean"),
  reset_attention_mask: typed("boolean"),
  reset_position_ids: typed("boolean"),

  // Parallelism.
  model_parallel_size: typed("number", 0),
  pipe_parallel_size: (value) =>
    isOff(value) || value === 1
      ? undefined
      : note("layers are not split over devices; --mesh and --layout split within them"),
  pipe_partition_method: always("layers are not split over devices"),
  is_pipe_parallel: always("layers are not split over devices"),
  sequence_parallel: unlessOff("norms can be split by length: --layout length:model"),
  output_layer_parallelism: always("--layout vocab:model or embd:model splits the output"),
  zero_optimization: zero,
  num_gpus: typed("number", 1),
  global_num_gpus: typed("number", 1),
  num_nodes: typed("number", 1),
};

/** What is to be said about keys that begin like one of these words. */
const families: readonly (readonly [beginnings: string, reason: string])[] = [
  ["moe_ enable_expert", experts],
  ["mup_ coord_check width_scale save_base_shapes base_shapes", "has no meaning without use_mup"],
  ["te_ mamba_ rwkv_ gmlp_ rotary_save sparsity_ dim_att head_size ffn_dim", "is of another model"],
  ["fp16 bf16 fp32 amp precision loss_scale initial_loss min_scale hysteresis", precision],
  ["grad_accum_dtype data_types communication_data dynamic_loss", precision],
  ["scaled_ bias_dropout_fusion rope_fusion layernorm_fusion rmsnorm_fusion flash", speed],
  ["masked_softmax memory_efficient checkpoint_activations checkpoint_num_layers", speed],
  ["partition_activations synchronize_each contiguous_checkpointing checkpoint_in_cpu", speed],
  ["activation_checkpointing deepspeed_activation sparse_attention sparse_gradients", speed],
  ["zero_ use_flashattn prescale gradient_predivide allreduce", speed],
  [
    "dpo_ kto_ kl_ rm_ allow_chopped pairwise reinforce pos_ neg_ label_ precompute_model",
    preference,
  ],
  ["train_label_ valid_label_ test_label_ train_reward_ valid_reward_ test_reward_", preference],
  ["text_gen temperature top_k top_p maximum_tokens num_samples recompute", generation],
  ["prompt_end sample_ return_logits eos_token", generation],
  ["eval_tasks eval_results char_level_ppl", noTasks],
  ["save load no_load no_save log_ tensorboard wandb use_wandb comet use_comet mlflow", output],
  ["git_hash peak_theoretical iteration append_ s3_ steps_per_print wall_clock", output],
  ["config_files checkpoint profile memory_profiling memory_breakdown", output],
  ["comms_logger flops_profiler timers gradient_noise strict_ do_train do_valid do_test", output],
  ["hostfile include exclude master_ launcher deepspeed detect_nvlink num_workers", machines],
  ["local_rank rank world_size distributed_backend autotuning elastic user_script", machines],
  ["gas lazy_mpu short_seq force_multi no_ssh csv_monitor dump_state slurm account", machines],
  ["adlr_ use_shared_fs serve_model weight_server online_dataserver deepscale", machines],
  ["mmap_warmup use_cpu_init fused_kernels", machines],
  ["clip_grad optimizer_type batch_size", "was computed from other keys, and never read"],
  ["scheduler", "is for DeepSpeed; the rate's keys are lr_decay_style, min_lr and warmup"],
  ["param_sharing", "has no meaning without num_unique_layers"],
  ["curriculum data_efficiency", "samples come in one length, in shuffled order"],
  ["compression lora", "is not done here"],
];

/** Adam's where its config has none. */
export const usualEps = 1e-8;

/** Every key with a rule of its own, for suggestions. */
export const neoxKeys: readonly string[] = Object.keys(rules);

/** What is to be said about a key with that value; `unknown` for one that no rule knows. */
export function noteOf(key: string, value: unknown, keys: Keys): KeyNote | undefined | "unknown" {
  if (Object.hasOwn(rules, key)) return rules[key]!(value, keys);
  const family = families.find(([words]) => words.split(" ").some((word) => key.startsWith(word)));
  if (!family) return "unknown";
  return isOff(value) ? undefined : note(family[1]);
}

function tokenizer(value: unknown, keys: Keys): KeyNote | undefined {
  if (isGpt2(value) || tokenizerFileIn(keys) !== undefined) return undefined;
  if (value === "HFTokenizer")
    return note(
      "is without vocab_file, its tokenizer.json: --tokenizer FILE gives it, and vocab_size",
    );
  return note("is another than gpt2: --tokenizer FILE gives it, and vocab_size");
}

/** A key of data, which is right or says what is wrong. */
function data(key: string): Rule {
  return (value, keys) => {
    const wrong = dataProblem(key, value, keys);
    return wrong === undefined ? undefined : problem(wrong);
  };
}

function optimizer(value: unknown): KeyNote | undefined {
  if (value === null || typeof value !== "object" || Array.isArray(value)) {
    return problem(`is ${printed(value)}, not {"type", "params"}`);
  }
  const { type, params, ...rest } = value as Keys;
  const { eps } = (params ?? {}) as Keys;
  const wrong = paramsProblem(params);
  if (wrong !== undefined) return problem(wrong);
  const others = Object.keys({ ...rest, ...(params as Keys) }).filter(
    (key) => !["lr", "betas", "eps", "weight_decay"].includes(key),
  );
  const notes = [
    ...(type === undefined || `${type}`.toLowerCase() === "adam"
      ? []
      : [`is ${printed(type)}; here it is AdamW, whose learning rate may have to be another`]),
    ...(eps === undefined || typeof eps === "number"
      ? []
      : [`has params.eps ${printed(eps)}, which is no number: it is ${usualEps}`]),
    ...(others.length > 0 ? [`has ${others.join(", ")}, which AdamW here does not know`] : []),
  ];
  return notes.length > 0 ? note(notes.join("; ")) : undefined;
}

function paramsProblem(params: unknown): string | undefined {
  if (params === undefined || params === null) return undefined;
  if (typeof params !== "object") return `has params ${printed(params)}, not {"lr", …}`;
  const { lr, betas } = params as Keys;
  if (lr !== undefined && typeof lr !== "number") {
    return `has params.lr ${printed(lr)}, which must be a number`;
  }
  const pair = Array.isArray(betas) && betas.length === 2 && betas.every(Number.isFinite);
  if (betas !== undefined && !pair) return `has params.betas ${printed(betas)}, not two numbers`;
  return undefined;
}

function zero(value: unknown): KeyNote | undefined {
  const stage = (value as Keys | null)?.stage;
  return isOff(stage) || typeof stage === "number"
    ? undefined
    : problem(`has stage ${printed(stage)}, which must be a number`);
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
