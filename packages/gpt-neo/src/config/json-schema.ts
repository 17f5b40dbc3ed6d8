import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { dialectKeys } from "./dialects/index.ts";
import { otherKeys } from "./keys.ts";
import { keySchemas } from "./schema.ts";

/** What editors show beside a key. */
const descriptions: Readonly<Record<string, string>> = {
  vocab_size: "Rows of the embedding: different ids.",
  max_position_embeddings: "The longest context, in tokens.",
  num_layers: "Layers, one after the other.",
  num_heads: "Heads of each layer; they divide hidden_size.",
  attention_types: "Patterns of layers, and how often each is repeated.",
  attention_layers: "attention_types, written out layer by layer.",
  window_size: "The positions a local layer sees, its own included.",
  intermediate_size: "The width of a layer's inner part; null is 4 × hidden_size.",
  initializer_range: "The standard deviation of initial weights.",
  tie_word_embeddings: "Whether the output shares the embedding's weights.",
  causal: "Whether tokens see only what is before them; masked models see all of their text.",
  axial_pos_emb: "The lengths of two tables whose rows' means are the positions.",
  scalenorm: "Whether norms have one gain for all elements, and no bias.",
  rezero: "Whether learned factors behind layers take the place of norms before them.",
  final_norm: "Whether there is a norm before the output.",
  mlp_glu: "Whether feed-forward layers are gated.",
  macaron: "Whether half a feed-forward layer comes before attention, and half of one behind.",
  num_mem_kv: "Keys and values that every token sees in global layers beside those of tokens.",
  none_doubles: "Whether layers without attention double what comes in, as the original's did.",
  moe: "Which layers are mixtures of experts, and how tokens find theirs.",
  data: "What to train on: files, or sources with weights; null where the run says.",
  validation_data: "Files to validate with; null holds back a part of data instead.",
  tokenizer: "What turns text into ids: gpt2, bytes, a tokenizer.json or a folder with one.",
  initial_weights: "How matrices begin; null is normal with initializer_range.",
  cross_document_loss: "Whether a document's first id is predicted from the end of the one before.",
  cross_document_attention: "Whether tokens see documents before their own in a sample.",
  reset_positions: "Whether positions begin at 0 again in each document of a sample.",
  batch_size: "Samples a step.",
  context: "Tokens a sample.",
  steps: "Steps in all.",
  grad_accumulation: "The parts a step's batch is computed in, one after the other.",
  recompute: "Whether the gradient computes each block again: less memory for more time.",
  learning_rate: "The highest learning rate, reached after warmup_steps.",
  warmup_steps: "Steps in which the rate rises; null is a tenth of all, at most 3,000.",
  decay_to: "What the learning rate falls to by decay_steps, as a part of the highest.",
  decay_steps: "The step at which the decay ends; null is the last one.",
  cooldown_steps: "The steps warmup_stable_decay decays in, its last; null is a fifth of all.",
  optimizer: "What makes a step of a gradient; adafactor needs the least memory.",
  muon_momentum: "How much Muon keeps of its mean of gradients.",
  no_decay: "Patterns of the paths of parameters that do not decay, beside biases and gains.",
  rates: "Patterns of paths, and what the learning rate of such parameters is multiplied by.",
  ema: "How much an average of weights keeps of itself in a step; it is the model then.",
  clip_value: "Each number of a gradient is held within it on both sides of 0.",
  clip_adaptive: "The most that the gradient of an output's weights is to their norm.",
  adafactor_decay_rate: "How much is kept of its means of squares; null is 1 - steps^-0.8.",
  adafactor_momentum: "How much is kept of its mean of steps; null keeps no such mean.",
  adafactor_epsilon: "What Adafactor adds to squared gradients.",
  adafactor_least_scale: "The least root mean square Adafactor takes a parameter to have.",
  decay_final_norm: "Whether the final norm's gain and bias decay with the matrices.",
  bias_correction: "Whether Adam makes good for its means beginning at 0; GPT-Neo's did not.",
  clip_norm: "Gradients of a larger global norm are scaled down to it; null leaves them.",
  loss: "Probabilities in the loss: the softmax of logits, or their 1.3-entmax, as GPT-Neo's could be.",
  masking: "Which tokens are hidden and guessed; null predicts what follows each.",
  z_loss: "How much the squared logsumexp of a prediction's logits counts in the loss trained on.",
  validation: "The part of the data that is held back to validate with.",
  eval_every: "Steps between validations.",
  eval_batches: "Batches a validation looks at; null is all of them.",
  save_every: "Steps between checkpoints.",
  extra_saves: "Steps that are saved as well, and kept; 0 is before the first.",
  exit_every: "The run ends, to be resumed, after every so many steps; null lets it go on.",
  seed: "What initial weights, order of data and dropout follow from.",
  mesh: "The devices: data:2,model:2; null lets the machine decide.",
  layout: "Which dim is split over which axis: batch:data,heads:model.",
  storage: "How parameters rest where they are not computed with: embd:data.",
};

/**
 * The JSON schema of a config file, for editors: draft 7, which all of them know.
 *
 * @example
 * writeFileSync("config.schema.json", JSON.stringify(configJsonSchema()));
 */
export function configJsonSchema(): JsonSchema {
  const others = [...otherKeys, ...dialectKeys].filter((key) => !(key in keySchemas.model));
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "gpt-neo config",
    description: "A GPT-Neo as Hugging Face's config.json describes it, and how to train it.",
    type: "object",
    properties: {
      $schema: { type: "string" },
      ...described(propertiesOf(keySchemas.model)),
      architecture: {
        description: "What the model is made of, in NeoX's words; by default what GPT-Neo is.",
        type: "object",
        properties: propertiesOf(keySchemas.architecture),
        additionalProperties: false,
      },
      original: {
        description: "The original GPT-Neo's own options, those of model_type gpt_neo_mesh.",
        type: "object",
        properties: described(propertiesOf(keySchemas.original)),
        additionalProperties: false,
      },
      training: {
        description: "How the model is trained.",
        type: "object",
        properties: described(propertiesOf(keySchemas.training)),
        additionalProperties: false,
      },
      // Hugging Face's keys of other architectures, and those that mean nothing here.
      ...Object.fromEntries(others.map((key) => [key, {}])),
    },
    additionalProperties: false,
  };
}

type Properties = Readonly<Record<string, JsonSchema>>;

function propertiesOf(schemas: v.ObjectEntries): Properties {
  const { properties = {} } = toJsonSchema(v.object(schemas), {
    target: "draft-07",
    typeMode: "input",
    // JSON has no other numbers than finite ones.
    ignoreActions: ["finite"],
  });
  return properties as Properties;
}

function described(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, schema]) => {
      const description = descriptions[key];
      return [key, description === undefined ? schema : { description, ...schema }];
    }),
  );
}
