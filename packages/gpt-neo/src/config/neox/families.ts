import { noTasks } from "../key-rules.ts";
import { experts, generation, machines, output, precision, preference, speed } from "./reasons.ts";

/** What is to be said about keys that begin like one of these words. */
export const families: readonly (readonly [beginnings: string, reason: string])[] = [
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
