import { absent, all, type Entries, unneeded, use } from "./entry.ts";

const tfds = absent("Data sets of TensorFlow Datasets and Tensor2Tensor are not read.");
const pairs = absent("Data is text that is continued, not inputs with targets.");
const gin = unneeded("A config is a JSON file, and options of the command override it.");
const estimator = unneeded("There is no TPUEstimator: a step is a function, and `train` its loop.");
const scores = unneeded("`score` returns numbers; whoever calls it writes them.");
const dtypes = unneeded("Numbers are computed as float32; `bfloat16` is how weights may rest.");
const partsOfCheckpoint = use(
  "checkpoint.openCheckpoint",
  "its `names` and `read`: take the tensors that are wanted, and begin as usual with the others",
);

export const dataset: Entries = {
  pack_or_pad: unneeded("Samples are cut from documents one after the other, with nothing to pad."),
  ensure_dataset_eos: unneeded("`tokenize` ends each document in the end of text."),
  encode_dataset: use("gpt-neo.tokenize"),
  pretokenized_tfds_dataset: tfds,
  sample_from_text_line_datasets: use("gpt-neo.train", "its `data` may be sources with weights"),
  make_text_line_dataset: use("gpt-neo.readDocuments"),
  simple_text_line_dataset: use("gpt-neo.readDocuments"),
  packed_parallel_tsv_dataset: pairs,
  untokenized_tfds_dataset: tfds,
  supervised_to_dict: pairs,
  encode_all_features: use("gpt-neo.tokenize"),
  pretokenized_tfrecord_dataset: use("gpt-neo.readIds"),
  pretokenized_t2t_dataset: tfds,
  pack_dataset: unneeded(
    "Samples are cut from documents one after the other, with nothing to pad.",
  ),
  trim_and_pad_dataset: unneeded("Samples are all as long as the context."),
  EvalDataset: use("gpt-neo.evaluate", "takes documents"),
  pad_dataset_with_zeroed_out_examples: unneeded("Rows that are missing are not counted."),
};

const models: Entries = {
  parse_gin_defaults_and_flags: gin,
  get_variable_dtype: dtypes,
  inputs_vocabulary: use("gpt-neo.loadTokenizer", "inputs and targets have the same"),
  targets_vocabulary: use("gpt-neo.loadTokenizer", "inputs and targets have the same"),
  separate_vocabularies: pairs,
  init_checkpoint_variable_mapping: partsOfCheckpoint,
  should_load_variable: partsOfCheckpoint,
  build_model: use("gpt-neo.modelOf", "of a config"),
  tpu_mesh_shape: use(["defineMesh", "gpt-neo.meshOf"]),
  variable_filter_max_size: partsOfCheckpoint,
  flexible_ckpt_init_mapping: partsOfCheckpoint,
  tpu_estimator_model_fn: use("gpt-neo.trainingStep"),
  metric_sum: unneeded("A metric is a result of a run: a number."),
  metric_max: unneeded("A metric is a result of a run: a number."),
};

const decoding: Entries = {
  get_inputs_from_file: use("gpt-neo.readDocuments", "`generate --prompt-lines` of the command"),
  encode_inputs: use("gpt-neo.loadTokenizer", "its `encode`"),
  encode_delimited_lm: pairs,
  decode: use("gpt-neo.generateAll"),
  compute_log_likelihoods: use("gpt-neo.score"),
  write_lines_to_file: scores,
  get_step_from_checkpoint_path: use("gpt-neo.inspect"),
  decode_from_file: use("gpt-neo.generateAll", "`generate --prompt-lines` of the command"),
  decode_from_dataset: use("gpt-neo.generateAll"),
  clean_decodes: unneeded("A text ends with its end: nothing follows that must go."),
  save_scores: scores,
  save_scores_to_tfrecords: scores,
  score_with_estimator: use("gpt-neo.score"),
  score_with_estimator_lazy: use("gpt-neo.score"),
  score_from_strings: use("gpt-neo.score"),
  score_from_dataset: use(["gpt-neo.score", "gpt-neo.evaluate"]),
};

const running: Entries = {
  get_estimator: estimator,
  train_model: use("gpt-neo.train"),
  infer_model: use(["gpt-neo.generateAll", "gpt-neo.pipeline"]),
  eval_model: use("gpt-neo.evaluate"),
  export_model: use("gpt-neo.convertWeights", "to files that other libraries read"),
  compute_batch_size: unneeded("A batch is counted in rows: `batchSize` of `train`."),
  serialize_num_microbatches: use("gpt-neo.train", "its `gradAccumulation`"),
  auto_train_steps: unneeded("`train` takes the number of steps."),
  get_checkpoint_iterator: use(
    ["gpt-neo.inspect", "gpt-neo.loadModel"],
    "each `checkpoints/step-N` of a run is a model; `extraSaves` says which are kept",
  ),
  run: use("gpt-neo.train"),
};

const planar = unneeded("A plan's collectives are the runtime's: none is written by hand.");
const chips = absent("It orders the chips of a TPU. Devices follow the order of a mesh's axes.");
const session = unneeded("There is no session of TensorFlow to set up.");

export const runtime: Readonly<Record<string, Entries>> = {
  beam_search: {
    EOS_ID: unneeded("A model's config says which id ends a text."),
    INF: unneeded("What cannot be chosen has a score of -Infinity."),
    compute_topk_scores_and_seq: unneeded("It is a step of beam search, which is one function."),
    beam_search: use(
      ["gpt-neo.searchBeams", "gpt-neo.generateAll"],
      "by its rules; with `numBeams`, by those of transformers",
    ),
    greedy_decode: use(["gpt-neo.chooseIds", "gpt-neo.generate"], "of any logits; of a model's"),
  },
  placement_mesh_impl: {
    PlacementMeshImpl: use(["workers.workers", "simulator.simulator"]),
    ...all(["allreduce_ring_single_shard", "allreduce_ring", "allconcat_ring"], planar),
    ...all(["alltoall_pointtwise", "alltoall_ring"], planar),
  },
  simd_mesh_impl: {
    SimdMeshImpl: use(["workers.workers", "mpi.mpi"]),
    ...all(["HierarchicalTiling", "physical_shape_3d_from_topology_proto_4d"], chips),
    auto_logical_to_physical_tpu: chips,
  },
  test_utils: { NumpyConverter: use("simulator.Sharded", "its `read` gives an array") },
  tpu_variables: {
    ReplicatedVariable: use(
      "simulator.Sharded",
      "what a run leaves on devices, and the next takes",
    ),
  },
  utils: {
    outside_all_rewrites: session,
    BalancedVariablePlacer: unneeded(
      "No device holds all of a split parameter; each reads its own.",
    ),
    SCALAR_SUMMARIES_COLLECTION_KEY: session,
    create_host_call: session,
    topology_rank: chips,
    remove_summaries: session,
  },
};

export const transformerRuns: Readonly<Record<string, Entries>> = {
  "transformer.dataset": dataset,
  "transformer.vocabulary": {
    Vocabulary: use("gpt-neo.Tokenizer"),
    TFDSVocabulary: tfds,
    get_tfds_vocabulary: tfds,
  },
  "transformer.t2t_vocabulary": all(["T2tVocabulary", "get_t2t_vocabulary"], tfds),
  "transformer.utils": { ...models, ...decoding, ...running },
  "transformer.main": { main: use("gpt-neo.train", "`gpt-neo` is the command") },
};
