import { absent, all, type Entries, unneeded, use } from "./entry.ts";
import { names } from "./recorded.ts";

const bert = absent("BERT is not here; `gpt_neo_mesh` of gpt-neo trains on masked words.");
const wordPieces = absent("Tokenizers are byte-level BPE; there are no word pieces.");
const tasks = absent(
  "There are no heads for tasks; `classify` and `answer` ask a model by examples.",
);
const flags = unneeded("Command lines are read by the command `gpt-neo`.");
const medical = absent(
  "It is for images of a scanner; `mtf` has tensors, not a pipeline of images.",
);
const input = unneeded(
  "A run takes files and functions of a box: each device asks for its own part.",
);

/** Of a module that is not here as a whole, all but what is said of some names. */
const rest = (module: string, entry: ReturnType<typeof absent>, but: Entries = {}): Entries => ({
  ...all(names[module]!, entry),
  ...but,
});

export const applications: Readonly<Record<string, Entries>> = {
  "bert.bert": {
    BertConfig: bert,
    BertModel: bert,
    get_activation: unneeded("Functions are given as they are, not by a name as text."),
    get_assignment_map_from_checkpoint: bert,
    layer_norm: use("layerNorm"),
  },
  "bert.optimization": {
    clip_by_global_norm: use("clipByGlobalNorm"),
    create_optimizer: use(["adamw", "productRate", "linearWarmup", "linearDecay"]),
  },
  "bert.run_classifier": rest("bert.run_classifier", tasks, { flags }),
  "bert.run_pretraining": rest("bert.run_pretraining", bert, { flags }),
  "bert.run_squad": rest("bert.run_squad", tasks, { flags, validate_flags_or_throw: flags }),
  "bert.tokenization": rest("bert.tokenization", wordPieces, {
    convert_to_unicode: unneeded("A string of JavaScript is Unicode."),
    printable_text: unneeded("A string of JavaScript is printed as it is."),
  }),
  "experimental.data_aug_lib": rest("experimental.data_aug_lib", medical),
  "experimental.input_reader": rest("experimental.input_reader", input),
  "experimental.model_executor": {
    MeshContext: use(["defineMesh", "defineLayout"]),
    train_and_eval: unneeded("A loop of a program's own calls the step, and reads what it wants."),
    main: absent("It trains a network for images of a scanner; see `unet`."),
  },
  "experimental.offline_data_aug": rest("experimental.offline_data_aug", medical),
  "experimental.unet": rest("experimental.unet", medical, {
    conv_with_spatial_partition: use(["nn.convolutionBlock", "nn.batchNorm"]),
    deconv_with_spatial_partition: use("convolutionTransposed", "a layout cuts the image"),
  }),
};
