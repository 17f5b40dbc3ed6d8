import { all, type Entries, unneeded, use } from "./entry.ts";

const inExample = unneeded(
  "Such a model is written in the layers of `mtf/nn`: `examples/transformer.ts` is one.",
);
const prompts = use(
  ["nn.parameter", "concat", "nn.dense"],
  "learned keys and values, or what a network makes of learned prompts, before the others",
);
const plainFunction = unneeded(
  "A layer is a function of tensors: it calls others and adds to its input.",
);
const legacyNorm = use("nn.rmsNorm", "the same norm by an older name");

export const transformer: Entries = {
  TransformerLayer: plainFunction,
  Context: unneeded("A layer is given what it needs as arguments."),
  LayerStack: unneeded(
    "Layers are an array, and their loop a loop; `scan` goes over stacked ones.",
  ),
  sublayer_call_layer: plainFunction,
  sublayer_mask_padding: use(["mul", "cast"], '`mul(x, cast(counts, "float32"))`'),
  sublayer_rms_norm: use("nn.rmsNorm"),
  sublayer_legacy_rms_norm: legacyNorm,
  sublayer_legacy_final_rms_norm: legacyNorm,
  sublayer_rms_norm_subsampled: use("nn.rmsNorm", "with `part`"),
  sublayer_scale_norm: use("nn.scaleNorm"),
  sublayer_residual: use("add"),
  sublayer_dropout: use("dropout", 'with `broadcast: "length"`'),
  sublayer_annealed_dropout: use("dropout", "the rate may be a scalar that a program computes"),
  sublayer_clip_activation_gradient: use("nn.clipActivationGradient"),
  sublayer_legacy_dropout: use("dropout", 'with `broadcast: "length"`'),
  sublayer_rezero: use(["mul", "nn.parameter"], "a scalar that begins at 0: `constantly(0)`"),
  ReversibleLayerStack: use("reversible"),
  sublayer_true_layer_norm: use("layerNorm"),
  Unitransformer: use(["gpt-neo.loadModel", "gpt-neo.forward"], "a model that continues text"),
  shift_targets: use("shift", "by 1"),
  autoregressive_inputs: use("shift", "by 1"),
  Bitransformer: inExample,
  StudentTeacher: use(
    ["nn.distributionCrossEntropy", "softmax"],
    "the loss; targets are the softmax of the teacher's logits",
  ),
  make_layer_stack: unneeded("A config of gpt-neo says of which layers a model is made."),
  make_bitransformer: inExample,
  make_bi_student_teacher: inExample,
  delimited_lm_inputs_mask: use(
    ["cumsum", "mod", "equal"],
    "where the number of delimiters before is even: `cumsum` with `exclusive`",
  ),
  reduce_ensemble_logits_select: use("at"),
  reduce_ensemble_logits_mean_prob: use(
    ["logSoftmax", "logsumexp"],
    "over models, less log of their number",
  ),
  reduce_ensemble_logits_mean_logit: use("mean"),
  reduce_ensemble_logits: use(["at", "mean", "logsumexp"]),
  VocabEmbedding: use(["nn.embedding", "nn.embeddingParams", "einsum"], "`einsum` for the logits"),
  get_vocab_embedding_cls: unneeded("Functions are chosen in code."),
  sinusoid_positional_embedding_weights: use("nn.sinusoids"),
};

const talking = use("nn.attention", "`scores` and `weights` mix heads");
const bilinear = use(["nn.attention", "nn.linear"], "of keys and values without projections");
const branched = use(
  ["nn.attention", "nn.feedForward", "mul"],
  "what a head has read goes through the network, scaled before and after, and is summed there",
);
const lightweight = use(
  ["convolution", "softmax"],
  '`convolution(x, softmax(kernel, "tap"), { length: "tap" })`, a kernel for each head',
);
const dynamic = use(
  ["window", "nn.linear", "softmax", "einsum"],
  "windows times a softmax of what is made of each position",
);
const synthesizer = use(
  ["softmax", "einsum", "nn.parameter"],
  "values times a softmax of a parameter, or of what is made of the query alone",
);
const ownExperts = use(
  ["nn.dispatch", "nn.denseEach", "nn.attention"],
  "a projection for each expert, between the two einsums of `dispatch`",
);

export const transformerLayers: Entries = {
  DenseReluDense: use(["nn.feedForward", "nn.gatedFeedForward"]),
  attention_params: use("nn.attentionParams"),
  SelfAttention: use(["nn.selfAttention", "nn.relativeBuckets"]),
  ExpertsSelfAttention: ownExperts,
  ExpertsEncDecAttention: ownExperts,
  Synthesizer: synthesizer,
  relative_position_spans: use(
    ["cumsum", "oneHot", "einsum"],
    "a target's span is the number of sentinels before it, and has its place where the input's has as many",
  ),
  enc_dec_attention_bias: use(["nn.relativeBuckets", "gather"], "given as `bias`"),
  enc_dec_attention: use("nn.crossAttention"),
  EncDecAttention: use("nn.crossAttention"),
  TransparentEncDecAttention: use(
    ["stack", "contract", "nn.crossAttention"],
    "to a weighted sum of what the encoder's layers gave",
  ),
  LocalSelfAttention: use("nn.localAttention", "projections are apart: `linear`"),
  ...all(["TalkingHeadsSelfAttention", "TalkingHeadsEncDecAttention"], talking),
  ...all(["GeneralBilinearSelfAttention", "GeneralBilinearEncDecAttention"], bilinear),
  ...all(["BranchedSelfAttention", "BranchedEncDecAttention"], branched),
  Conv1D: unneeded("A convolution is a function, and what it has seen an argument."),
  Conv1DLayer: use(["convolution", "nn.convolutionBlock"]),
  SeparableConv1DLayer: use("nn.separableConvolution", "without the bias between its two steps"),
  Conv1DLocalAttn: lightweight,
  LightweightConv1DLocalAttn: lightweight,
  DynamicConv1DLocalAttn: dynamic,
  LocalConvAttnBlock: use(
    ["nn.denseProduct", "convolution", "nn.linear"],
    "a gated unit, a convolution of softmaxed kernels, a projection",
  ),
  ParallelLayer: use(
    ["addAll", "mul"],
    "the sum of what layers give, over the root of their number",
  ),
};

export const attention: Entries = {
  attention: use("nn.attention"),
  hybrid_attention: use(
    ["softmax", "logSoftmax", "einsum"],
    "values times a mean of the softmax over memory and of one over both dims in turn",
  ),
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

const evolved = [
  "nn.dense",
  "nn.convolutionBlock",
  "nn.separableConvolution",
  "layerNorm",
  "pad",
] as const;
const fixupAttention = use(
  ["nn.attentionParams", "nn.beginningAs", "nn.varianceScaling"],
  "`scale: 2 * blocks ** (-1 / 3)`, and 0 for what leads out",
);
const funnel = use(["pool", "nn.crossAttention"], "queries are pooled, what they look at is not");
const uneven = use(
  ["nn.mixtureOfExperts", "mul", "less"],
  "with `up` times a mask of each expert's hidden size",
);

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
  "transformer.adaptive_softmax": {
    AdaptiveSoftmaxVocabEmbedding: use(["nn.adaptiveEmbedding", "nn.adaptiveLogSoftmax"]),
    adaptive_softmax_loss_fn: use("nn.adaptiveCrossEntropy"),
  },
  "transformer.vocab_embeddings": {
    FactorizedVocabEmbedding: use(["nn.embedding", "nn.linear"], "a narrow table, then a product"),
    AdaptiveVocabEmbedding: use(["nn.adaptiveEmbedding", "nn.adaptiveLogits"]),
    MixtureOfSoftmaxes: use("nn.mixtureOfSoftmaxes"),
    Mixtape: use("nn.mixtape"),
  },
  "transformer.evolved_transformer": {
    GatedLinearUnitLayer: use(["mul", "sigmoid", "nn.dense"]),
    EncoderConvolutionalLayer: use(
      evolved,
      "a dense layer and a convolution of 3 side by side, summed, normed; then a separable one of 9",
    ),
    DecoderAttentionLayer: use(["add", "nn.selfAttention", "nn.crossAttention"]),
    DecoderConvolutionalLayer: use(
      evolved.slice(2),
      "separable ones of 11 and of 7 side by side, summed, normed; then one of 7",
    ),
  },
  "transformer.fixup_layers": {
    get_single_scalar_bias: use("nn.parameter", "a scalar that begins at 0: `constantly(0)`"),
    dense_product_fixup: use(
      ["nn.denseProduct", "nn.varianceScaling"],
      "its parameters begin as `initial` says",
    ),
    AttentionParamsFixup: fixupAttention,
    DenseReluDenseFixup: use(
      ["nn.feedForwardParams", "nn.beginningAs", "nn.varianceScaling"],
      "`scale: 2 / blocks` for what leads in, and 0 for what leads out",
    ),
    SelfAttentionFixup: fixupAttention,
    EncDecAttentionFixup: fixupAttention,
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
    ProductKeyValueMemory: use("nn.productKeyMemory", "projections are apart: `linear`"),
  },
  "transformer.universal_transformer": {
    UTLayerStack: use("nn.adaptiveComputation", "of a round of layers, as of any function"),
  },
};
