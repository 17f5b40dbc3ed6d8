import { otherKeys } from "./keys.ts";
import { keySchemas } from "./schema.ts";

type Json = Readonly<Record<string, unknown>>;

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
  data: "What to train on: files, or sources with weights; null where --data says.",
  files: "Files, folders and patterns; their documents are one stream.",
  weight: "The share of samples taken from here, relative to the other sources'.",
  validation_data: "Files to validate with; null holds back a part of data instead.",
  tokenizer: "What turns text into ids: gpt2, bytes, a tokenizer.json or a folder with one.",
  batch_size: "Samples a step.",
  context: "Tokens a sample.",
  steps: "Steps in all.",
  grad_accumulation: "The parts a step's batch is computed in, one after the other.",
  learning_rate: "The highest learning rate, reached after warmup_steps.",
  decay_to: "What the learning rate falls to by decay_steps, as a part of the highest.",
  decay_steps: "The step at which the decay ends; null is the last one.",
  decay_final_norm: "Whether the final norm's gain and bias decay with the matrices.",
  bias_correction: "Whether Adam makes good for its means beginning at 0; GPT-Neo's did not.",
  clip_norm: "Gradients of a larger global norm are scaled down to it; null leaves them.",
  z_loss: "How much the squared logsumexp of a prediction's logits counts in the loss trained on.",
  validation: "The part of the data that is held back to validate with.",
  eval_every: "Steps between validations.",
  eval_batches: "Batches a validation looks at; null is all of them.",
  save_every: "Steps between checkpoints.",
  seed: "What initial weights, order of data and dropout follow from.",
  mesh: "The devices: data:2,model:2; null lets the machine decide.",
  layout: "Which dim is split over which axis: batch:data,heads:model.",
  storage: "How parameters rest where they are not computed with: embd:data.",
};

/** The parts of valibot's schemas that a config's are made of. */
interface Schema {
  readonly type: string;
  readonly wrapped?: Schema;
  readonly default?: unknown;
  readonly item?: Schema;
  readonly items?: readonly Schema[];
  /** Of a picklist the words, of a union the schemas. */
  readonly options?: readonly unknown[];
  readonly literal?: unknown;
  readonly entries?: Readonly<Record<string, Schema>>;
  readonly pipe?: readonly { readonly type: string; readonly requirement?: number }[];
}

/** The JSON schema of a config file, for editors: draft 7, which all of them know. */
export function configJsonSchema(): Json {
  const { model, training } = keySchemas as unknown as Record<string, Record<string, Schema>>;
  const others = otherKeys.filter((key) => !(key in model!));
  return {
    $schema: "http://json-schema.org/draft-07/schema#",
    title: "gpt-neo config",
    description: "A GPT-Neo as Hugging Face's config.json describes it, and how to train it.",
    type: "object",
    properties: {
      $schema: { type: "string" },
      ...propertiesOf(model!),
      training: {
        description: "How the model is trained.",
        type: "object",
        properties: propertiesOf(training!),
        additionalProperties: false,
      },
      // Hugging Face's keys that mean nothing here.
      ...Object.fromEntries(others.map((key) => [key, {}])),
    },
    additionalProperties: false,
  };
}

function propertiesOf(schemas: Readonly<Record<string, Schema>>): Json {
  return Object.fromEntries(
    Object.entries(schemas).map(([key, schema]) => [
      key,
      {
        ...(descriptions[key] !== undefined && { description: descriptions[key] }),
        ...jsonOf(schema),
      },
    ]),
  );
}

function jsonOf(schema: Schema): Json {
  const { type, wrapped, items, item } = schema;
  switch (type) {
    case "optional":
      return {
        ...jsonOf(wrapped!),
        ...(schema.default !== undefined && { default: schema.default }),
      };
    case "nullable":
      return orNull(jsonOf(wrapped!));
    case "picklist":
      return { enum: schema.options };
    case "literal":
      return { const: schema.literal };
    case "union":
      return { anyOf: (schema.options as readonly Schema[]).map(jsonOf) };
    case "strict_object":
      return {
        type: "object",
        properties: propertiesOf(schema.entries!),
        required: requiredOf(schema.entries!),
        additionalProperties: false,
      };
    case "array":
      return { type: "array", items: jsonOf(item!), ...bounds(schema) };
    case "strict_tuple":
      return {
        type: "array",
        items: items!.map(jsonOf),
        minItems: items!.length,
        additionalItems: false,
      };
    case "number":
    case "string":
    case "boolean":
      return { type, ...bounds(schema) };
    default:
      throw new Error(`no JSON schema for ${type}`);
  }
}

function requiredOf(schemas: Readonly<Record<string, Schema>>): readonly string[] {
  return Object.entries(schemas).flatMap(([key, { type }]) => (type === "optional" ? [] : [key]));
}

function orNull(schema: Json): Json {
  if (Array.isArray(schema.enum)) return { ...schema, enum: [...schema.enum, null] };
  if (Array.isArray(schema.anyOf)) return { anyOf: [...schema.anyOf, { type: "null" }] };
  return typeof schema.type === "string"
    ? { ...schema, type: [schema.type, "null"] }
    : { anyOf: [schema, { type: "null" }] };
}

const keywords: Readonly<Record<string, string>> = {
  min_value: "minimum",
  max_value: "maximum",
  gt_value: "exclusiveMinimum",
  min_length: "minItems",
};

function bounds({ type: of, pipe = [] }: Schema): Json {
  const found: Record<string, unknown> = {};
  for (const { type, requirement } of pipe.slice(1)) {
    if (type === "integer") found.type = "integer";
    else if (type === "min_length" && of === "string") found.minLength = requirement;
    else if (keywords[type] !== undefined) found[keywords[type]!] = requirement;
    // JSON has no other numbers than finite ones.
    else if (type !== "finite") throw new Error(`no JSON schema for ${type}`);
  }
  return found;
}
