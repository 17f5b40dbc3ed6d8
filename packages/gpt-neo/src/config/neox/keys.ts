import {
  always,
  isOff,
  type KeyNote,
  type Keys,
  mustBeOff,
  note,
  printed,
  problem,
  type Rule,
  unlessOff,
} from "../key-rules.ts";
import { dataProblem } from "./data.ts";
import { isGpt2, tokenizerFileIn } from "./tokenizer.ts";

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
const generation = "is given to generate on the command line";
const output = "logs and checkpoints go to the folder of --out";
const machines = "started the original's processes; here --mesh names the devices";
const precision = "trained in 16 bits; here weights and gradients are float32";
const initial = "initial weights are GPT-Neo's, all of initializer_range";
const experts = "belongs to mixtures of experts, which the model here has not";
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
  pos_emb: mustBe(["learned"], "positions here are a learned table"),
  norm: mustBe(["layernorm"], "norms here are layer norms"),
  activation: mustBe(["gelu"], "the activation here is gelu"),
  attention_config: attentionConfig,
  num_kv_heads: (value, keys) =>
    isOff(value) || value === keys.num_attention_heads
      ? undefined
      : problem("shares keys among heads, which have one each here"),
  gpt_j_residual: mustBeOff("computes attention and feed-forward beside each other, not in turn"),
  gpt_j_tied: mustBeOff("shares the norm of attention and feed-forward"),
  use_qk_layernorm: mustBeOff("norms queries and keys"),
  mlp_type: mustBe([null, "regular"], "the feed-forward layer here has two matrices"),
  expansion_factor: mustBeOff("the width of the inner part is given as intermediate_size"),
  mlp_multiple_of: (value) =>
    isOff(value) || value === 1 ? undefined : problem("rounds the inner part's width"),
  sliding_window_width: mustBeOff("is counted otherwise; windows are of local layers here"),
  num_unique_layers: mustBeOff("shares weights among layers"),
  soft_prompt_tuning: mustBeOff("adds a prompt of its own"),
  use_mup: mustBeOff("scales outputs and learning rates by widths"),
  moe_num_experts: (value) => (isOff(value) || value === 1 ? undefined : problem(experts)),
  use_bias_in_norms: (value) => (value === false ? problem("norms here have biases") : undefined),
  use_bias_in_mlp: (value) =>
    value === false ? problem("feed-forward layers here have biases") : undefined,
  use_bias_in_attn_linear: (value) =>
    value === false
      ? note("here attention's output has a bias, queries, keys and values have none")
      : undefined,
  bias_gelu_fusion: (value) =>
    value === false
      ? note("was exact gelu without; here it is gelu_new, its tanh form")
      : undefined,
  onnx_safe: unlessOff("chose gelu's form; here it is gelu_new, its tanh form"),
  opt_pos_emb_offset: mustBeOff("moves positions, which begin at 0 here"),
  make_vocab_size_divisible_by: typed("number", 1),
  init_method: (value) => (value === "normal" ? undefined : note(initial)),
  output_layer_init_method: always(initial),
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
  train_epochs: unlessOff("counted epochs; the steps are train_iters or --steps"),
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
  extra_save_iters: unlessOff("checkpoints here are made at equal distances"),
  keep_last_n_checkpoints: always("a run keeps its last two checkpoints"),
  seed: typed("number", 0),
  finetune: unlessOff("starting from weights is --model DIR"),

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
  test_data_paths: unlessOff("no test ends a run: gpt-neo eval --data looks at other data"),
  test_data_weights: unlessOff("no test ends a run: gpt-neo eval --data looks at other data"),
  weight_by_num_documents: unlessOff("weights are train_data_weights here, never counted"),
  weighted_sampler_alpha: (_, keys) =>
    isOff(keys.weight_by_num_documents)
      ? undefined
      : note("belongs to weight_by_num_documents, which is left out"),
  data_impl: always("what files hold, they tell themselves"),
  pack_impl: mustBe(["packed", null], "documents here are joined, and cut to the context"),
  dataset_impl: mustBe(["gpt2", null], preference),
  train_impl: mustBe(["normal", null], preference),
  eod_mask_loss: unlessOff("the end of text is learned as any id is"),
  reset_attention_mask: unlessOff(
    "attention reaches over documents in a sample, as GPT-Neo's does",
  ),
  reset_position_ids: unlessOff("positions are counted in a sample, as GPT-Neo's are"),

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
  ["te_ mamba_ rwkv_ gmlp_ rpe_ rotary_ sparsity_ rms_norm_ scalenorm_", "is of another model"],
  ["fp16 bf16 fp32 amp precision loss_scale initial_loss min_scale hysteresis", precision],
  ["grad_accum_dtype data_types communication_data", precision],
  ["scaled_ bias_dropout_fusion rope_fusion layernorm_fusion rmsnorm_fusion flash", speed],
  ["masked_softmax memory_efficient checkpoint_activations checkpoint_num_layers", speed],
  ["partition_activations synchronize_each contiguous_checkpointing checkpoint_in_cpu", speed],
  ["activation_checkpointing deepspeed_activation sparse_attention sparse_gradients", speed],
  ["zero_allow prescale gradient_predivide allreduce", speed],
  ["dpo_ kto_ rm_ pairwise reinforce pos_ neg_ label_ precompute_model", preference],
  ["train_label_ valid_label_ test_label_ train_reward_ valid_reward_ test_reward_", preference],
  ["text_gen temperature top_k top_p maximum_tokens num_samples recompute", generation],
  ["prompt_end sample_ return_logits eos_token eval_tasks eval_results char_level_ppl", generation],
  ["save load no_load no_save log_ tensorboard wandb use_wandb comet use_comet mlflow", output],
  ["git_hash peak_theoretical iteration append_ s3_ steps_per_print wall_clock", output],
  ["config_files checkpoint_validation profile memory_profiling memory_breakdown", output],
  ["comms_logger flops_profiler timers gradient_noise strict_ do_train do_valid do_test", output],
  ["hostfile include exclude master_ launcher deepspeed detect_nvlink num_workers", machines],
  ["local_rank rank world_size distributed_backend autotuning elastic user_script", machines],
  ["gas lazy_mpu short_seq force_multi no_ssh csv_monitor dump_state slurm account", machines],
  ["curriculum data_efficiency", "samples come in one length, in shuffled order"],
  ["compression lora", "is not done here"],
];

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
  if (value === "HFTokenizer") return problem("needs vocab_file, its tokenizer.json");
  if (keys.padded_vocab_size !== undefined) {
    return note("is another than gpt2: data are ids, made with gpt-neo tokenize --tokenizer FILE");
  }
  return problem("is another than gpt2: its number of ids is needed, as padded_vocab_size");
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
  const wrong = paramsProblem(params);
  if (wrong !== undefined) return problem(wrong);
  const others = Object.keys({ ...rest, ...(params as Keys) }).filter(
    (key) => !["lr", "betas", "eps", "weight_decay"].includes(key),
  );
  const notes = [
    ...(type === undefined || `${type}`.toLowerCase() === "adam"
      ? []
      : [`is ${printed(type)}; here it is AdamW, whose learning rate may have to be another`]),
    ...(others.length > 0 ? [`has ${others.join(", ")}, which AdamW here does not know`] : []),
  ];
  return notes.length > 0 ? note(notes.join("; ")) : undefined;
}

function paramsProblem(params: unknown): string | undefined {
  if (params === undefined || params === null) return undefined;
  if (typeof params !== "object") return `has params ${printed(params)}, not {"lr", …}`;
  const { lr, betas, eps } = params as Keys;
  for (const [key, value] of Object.entries({ lr, eps })) {
    if (value !== undefined && typeof value !== "number") {
      return `has params.${key} ${printed(value)}, which must be a number`;
    }
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

function attentionConfig(value: unknown): KeyNote | undefined {
  const text = printed(value);
  const other = [
    "local",
    "sparse",
    "bigbird",
    "bslongformer",
    "gmlp",
    "amlp",
    "rwkv",
    "mamba",
  ].find((type) => text.includes(`"${type}`));
  if (other === "local") {
    return problem('has "local", which is sparse in blocks there, no window as GPT-Neo\'s is');
  }
  if (other !== undefined) return problem(`has "${other}…" layers; here they are global`);
  if (expandAttention(value, 1) === undefined) {
    return problem(`is ${text}, not such as [[["global"], 12]]`);
  }
  return text.includes('"flash"')
    ? note('"flash" is computed as "global", which it equals')
    : undefined;
}

/** `[[["global"], 12]]` in our terms; `all` in place of a number repeats to the last layer. */
export function expandAttention(
  value: unknown,
  layers: number,
): readonly (readonly [readonly string[], number])[] | undefined {
  if (!Array.isArray(value)) return undefined;
  if (value.length > 0 && value.every((type) => typeof type === "string")) {
    return [[value.map(globally), 1]];
  }
  const types: [string[], number][] = [];
  for (const item of value as unknown[]) {
    const [pattern, repeat] = Array.isArray(item) ? item : [];
    if (!Array.isArray(pattern) || pattern.length === 0) return undefined;
    if (!pattern.every((type) => typeof type === "string")) return undefined;
    if (repeat !== "all" && !Number.isSafeInteger(repeat)) return undefined;
    const names = pattern.map(globally);
    types.push([names, repeat === "all" ? Math.max(1, layers / pattern.length) : repeat]);
  }
  return types;
}

function globally(type: string): string {
  return type === "flash" ? "global" : type;
}
