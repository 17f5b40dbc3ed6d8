import { absent, all, type Entries, unneeded, use } from "./entry.ts";

const inExample = unneeded(
  "Such a model is written in the layers of `mtf/nn`: `examples/transformer.ts` is one.",
);
const ensembles = absent("A model is one, not several whose logits are put together.");
const prompts = absent("Prompts that are learned are not here.");
const plainFunction = unneeded(
  "A layer is a function of tensors: it calls others and adds to its input.",
);
const legacyNorm = use("nn.rmsNorm", "the same norm by an older name");

export const transformer: Entries = {
  TransformerLayer: plainFunction,
  Context: unneeded("A layer is given what it needs as arguments."),
  LayerStack: unneeded(
    "Layers are an array, and their loop a loop, as in `examples/transformer.ts`; `scan` goes over stacked ones.",
  ),
  sublayer_call_layer: plainFunction,
  sublayer_mask_padding: use(["mul", "cast"], '`mul(x, cast(counts, "float32"))`'),
  sublayer_rms_norm: use("nn.rmsNorm"),
  sublayer_legacy_rms_norm: legacyNorm,
  sublayer_legacy_final_rms_norm: legacyNorm,
  sublayer_rms_norm_subsampled: absent("`rmsNorm` looks at all of a dim, not at a part of it."),
  sublayer_scale_norm: use("nn.scaleNorm"),
  sublayer_residual: use("add"),
  sublayer_dropout: use("dropout", "each element is drawn by itself"),
  sublayer_annealed_dropout: absent(
    "The rate of `dropout` is a number that a program does not change.",
  ),
  sublayer_clip_activation_gradient: use("nn.clipActivationGradient"),
  sublayer_legacy_dropout: use("dropout", "each element is drawn by itself"),
  sublayer_rezero: use(["mul", "nn.parameter"], "a scalar that begins at 0: `constantly(0)`"),
  ReversibleLayerStack: use("reversible"),
  sublayer_true_layer_norm: use("layerNorm"),
  Unitransformer: use(["gpt-neo.loadModel", "gpt-neo.forward"], "a model that continues text"),
  shift_targets: use("shift", "by 1"),
  autoregressive_inputs: use("shift", "by 1"),
  Bitransformer: inExample,
  StudentTeacher: absent("A model is not trained on the logits of another."),
  make_layer_stack: unneeded("A config of gpt-neo says of which layers a model is made."),
  make_bitransformer: inExample,
  make_bi_student_teacher: absent("A model is not trained on the logits of another."),
  delimited_lm_inputs_mask: absent("The loss counts every token that is not padding."),
  reduce_ensemble_logits_select: ensembles,
  reduce_ensemble_logits_mean_prob: ensembles,
  reduce_ensemble_logits_mean_logit: ensembles,
  reduce_ensemble_logits: ensembles,
  VocabEmbedding: use(["nn.embedding", "nn.embeddingParams", "einsum"], "`einsum` for the logits"),
  get_vocab_embedding_cls: unneeded("Functions are chosen in code."),
  sinusoid_positional_embedding_weights: use("nn.sinusoids"),
};

const variant = absent("This variant of attention is not here.");
const lightweight = absent("Convolutions whose kernels are normalized or computed are not here.");
const synthesizer = absent("Attention whose weights are not made of keys is not here.");
const ownExperts = absent("Projections of attention are not mixtures of experts here.");

export const transformerLayers: Entries = {
  DenseReluDense: use(["nn.feedForward", "nn.gatedFeedForward"]),
  attention_params: use("nn.attentionParams"),
  SelfAttention: use(
    ["nn.selfAttention", "nn.relativePositions", "nn.relativeBuckets"],
    "what `gather` takes for the buckets from a table of one's own is its `bias`",
  ),
  ExpertsSelfAttention: ownExperts,
  ExpertsEncDecAttention: ownExperts,
  Synthesizer: synthesizer,
  relative_position_spans: absent("Spans that are to be filled have no positions of their own."),
  enc_dec_attention_bias: use("nn.crossAttention", "given as `visible`, `bias` or both"),
  enc_dec_attention: use("nn.crossAttention"),
  EncDecAttention: use("nn.crossAttention"),
  TransparentEncDecAttention: variant,
  LocalSelfAttention: use("nn.localAttention", "projections are apart: `linear`"),
  ...all(["TalkingHeadsSelfAttention", "TalkingHeadsEncDecAttention"], variant),
  ...all(["GeneralBilinearSelfAttention", "GeneralBilinearEncDecAttention"], variant),
  ...all(["BranchedSelfAttention", "BranchedEncDecAttention"], variant),
  Conv1D: unneeded("A convolution is a function, and what it has seen an argument."),
  Conv1DLayer: use(["convolution", "nn.convolutionBlock"]),
  SeparableConv1DLayer: use("nn.separableConvolution", "without the bias between its two steps"),
  Conv1DLocalAttn: lightweight,
  LightweightConv1DLocalAttn: lightweight,
  DynamicConv1DLocalAttn: lightweight,
  LocalConvAttnBlock: lightweight,
  ParallelLayer: use(
    ["addAll", "mul"],
    "the sum of what layers give, over the root of their number",
  ),
};

export const attention: Entries = {
  attention: use("nn.attention"),
  hybrid_attention: variant,
  synthetic_attention: synthesizer,
  AttentionParams: use("nn.attentionParams"),
  ExpertsAttentionParams: ownExperts,
  attention_params_simple: use("nn.attentionParams"),
  local_attention_1d: use("nn.localAttention"),
  visibility_mask_to_attention_bias: unneeded("`attention` takes the mask itself as `visible`."),
  maybe_reshape_attention_input_for_2d_sharding: unneeded(
    'A dim may be split by several axes: `batch: ["data", "model"]`.',
  ),
  make_params_mtlprompt: prompts,
  make_params_hyperprompt: prompts,
  concat_hyper_prompts_kv: prompts,
};

const adaptive = absent("Embeddings and softmaxes with clusters of rarer words are not here.");
const mixtures = absent("Logits that are mixtures of several softmaxes are not here.");
const evolved = absent(
  "The Evolved Transformer's layers are not here; `convolution` and `linear` make them.",
);
const fixup = absent(
  "Fixup's layers are not here; a weight may begin as any function of a key says.",
);
const funnel = absent("Layers that make a sequence shorter from block to block are not here.");
const uneven = absent("Experts of one layer are alike: each has the same hidden size.");

export const moreLayers: Readonly<Record<string, Entries>> = {
  "transformer.transformer_layers": transformerLayers,
  "transformer.attention": attention,
  "transformer.moe": {
    MoE1D: use(["nn.mixtureOfExperts", "nn.expertParams"]),
    MoE2D: use("nn.twoLevelExperts"),
    transformer_moe_layer_v1: use(
      ["nn.mixtureOfExperts", "nn.expertCapacity"],
      "with one of the routers: `switchRouter`, `top2Router` and others",
    ),
    transformer_moe_layer_v2: use("nn.twoLevelExperts"),
    set_default_moe_hparams: unneeded("Options have defaults."),
    HParams: unneeded("Options are an object."),
  },
  "transformer.heterogeneous_moe": all(
    ["HeterogeneousMoE1D", "transformer_moe_layer_v1", "generate_heterogeneous_expert_masks"],
    uneven,
  ),
  "transformer.adaptive_softmax": all(
    ["AdaptiveSoftmaxVocabEmbedding", "adaptive_softmax_loss_fn"],
    adaptive,
  ),
  "transformer.vocab_embeddings": {
    FactorizedVocabEmbedding: use(["nn.embedding", "nn.linear"], "a narrow table, then a product"),
    AdaptiveVocabEmbedding: adaptive,
    MixtureOfSoftmaxes: mixtures,
    Mixtape: mixtures,
  },
  "transformer.evolved_transformer": {
    GatedLinearUnitLayer: use(["mul", "sigmoid", "nn.dense"]),
    ...all(
      ["EncoderConvolutionalLayer", "DecoderAttentionLayer", "DecoderConvolutionalLayer"],
      evolved,
    ),
  },
  "transformer.fixup_layers": {
    get_single_scalar_bias: use("nn.parameter", "a scalar that begins at 0: `constantly(0)`"),
    dense_product_fixup: fixup,
    AttentionParamsFixup: fixup,
    DenseReluDenseFixup: fixup,
    SelfAttentionFixup: fixup,
    EncDecAttentionFixup: fixup,
    sublayer_fixup_scale: use(
      ["mul", "nn.parameter"],
      "a scalar that begins at 1: `constantly(1)`",
    ),
    sublayer_fixup_shift: use(
      ["add", "nn.parameter"],
      "a scalar that begins at 0: `constantly(0)`",
    ),
  },
  "transformer.funnel_transformer": all(
    ["FunnelTransformerLayerStack", "BitransformerFunnel"],
    funnel,
  ),
  "transformer.memory_layers": {
    ProductKeyValueMemory: absent(
      "Memories of product keys are not here; `topK` and `gather` make them.",
    ),
  },
  "transformer.universal_transformer": {
    UTLayerStack: absent(
      "Layers may share their weights (`num_unique_layers: 1`), but none decides how often it runs.",
    ),
  },
};
