import { MtfError } from "mtf";
import { nearest } from "mtf/files";
import * as v from "valibot";
import { sourcesOf } from "../data/source.ts";
import { isObject } from "../json.ts";
import { meantBy } from "../meant-by.ts";
import { activationNames, originalActivationNames } from "./activation-names.ts";
import { architectureKeys, architectureSchemas, usualArchitecture } from "./architecture.ts";
import { alternating, expandAttentionTypes, layersIn } from "./attention.ts";
import { problems } from "./check.ts";
import type { AttentionType, AttentionTypes, Config, Training } from "./config.ts";
import { inOurWords } from "./dialects/in-our-words.ts";
import { dialectOf } from "./dialects/index.ts";
import { whyHarmless } from "./harmless-keys.ts";
import { inWords } from "./in-words.ts";
import { initialWeights } from "./initial-weights.ts";
import { otherKeys } from "./keys.ts";
import { masking } from "./masking.ts";
import type { Note } from "./note.ts";
import { above, amount, belowOne, count, part } from "./numbers.ts";
import { optimizerNames } from "./optimizer-names.ts";
import { originalPartKeys, originalPartSchemas, usualParts } from "./original-parts.ts";
import { isPattern } from "./pattern.ts";
import { scheduleNames } from "./schedule-names.ts";

/** Few enough to be written out; the largest model of this kind has 44. */
const layerCount = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(10_000));
const natural = v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(Number.MAX_SAFE_INTEGER));
const pattern = v.pipe(v.string(), v.minLength(1), v.check(isPattern, "a regular expression"));
const idList = v.pipe(v.array(natural), v.minLength(1));
const attentionType = v.picklist(["global", "local", "linear", "none"]);
const modelTypes = [
  ...(["gpt_neo", "gpt_neo_mesh", "gpt2", "gpt_neox", "gptj", "llama", "mistral"] as const),
] as const;
const activations = [...activationNames, ...originalActivationNames] as const;

const name = v.pipe(v.string(), v.minLength(1));
const names = v.pipe(v.array(name), v.minLength(1));
const files = v.union([name, names], "a file or a list of files");
const source = v.strictObject({
  files: v.pipe(
    files,
    v.description("Files, folders and patterns; their documents are one stream."),
  ),
  weight: v.optional(
    v.pipe(
      above,
      v.description("The share of samples taken from here, relative to the other sources'."),
    ),
    1,
  ),
});
const data = v.union(
  [name, names, v.pipe(v.array(source), v.minLength(1))],
  'a file, a list of files, or a list of {"files", "weight"}',
);

const training = {
  data: v.optional(v.nullable(data), null),
  validation_data: v.optional(v.nullable(files), null),
  tokenizer: v.optional(v.nullable(name)),
  initial_weights: v.optional(v.nullable(initialWeights), null),
  cross_document_loss: v.optional(v.boolean(), true),
  cross_document_attention: v.optional(v.boolean(), true),
  reset_positions: v.optional(v.boolean(), false),
  batch_size: v.optional(count, 8),
  context: v.optional(count),
  steps: v.optional(count, 1000),
  grad_accumulation: v.optional(count, 1),
  recompute: v.optional(v.boolean(), false),
  learning_rate: v.optional(above, 3e-4),
  schedule: v.optional(v.picklist(scheduleNames), "cosine"),
  warmup_steps: v.optional(v.nullable(natural), null),
  decay_to: v.optional(part, 0.1),
  decay_steps: v.optional(v.nullable(count), null),
  cooldown_steps: v.optional(v.nullable(count), null),
  optimizer: v.optional(v.picklist(optimizerNames), "adamw"),
  muon_momentum: v.optional(part, 0.95),
  no_decay: v.optional(v.array(pattern), []),
  rates: v.optional(v.array(v.strictTuple([pattern, amount])), []),
  ema: v.optional(v.nullable(part), null),
  adafactor_decay_rate: v.optional(v.nullable(part), null),
  adafactor_momentum: v.optional(v.nullable(part), null),
  adafactor_epsilon: v.optional(amount, 1e-30),
  adafactor_least_scale: v.optional(above, 1e-3),
  weight_decay: v.optional(amount, 0.1),
  decay_final_norm: v.optional(v.boolean(), false),
  dropout_apart: v.optional(v.boolean(), false),
  betas: v.optional(v.strictTuple([belowOne, belowOne]), [0.9, 0.95]),
  epsilon: v.optional(above, 1e-8),
  bias_correction: v.optional(v.boolean(), true),
  clip_value: v.optional(v.nullable(above), null),
  clip_adaptive: v.optional(v.nullable(above), null),
  clip_norm: v.optional(v.nullable(above), 1),
  loss: v.optional(v.picklist(["cross_entropy", "entmax"]), "cross_entropy"),
  masking: v.optional(v.nullable(masking), null),
  z_loss: v.optional(amount, 0),
  validation: v.optional(v.pipe(v.number(), v.minValue(0), v.maxValue(0.5)), 0.05),
  eval_every: v.optional(count, 100),
  eval_batches: v.optional(v.nullable(count), null),
  save_every: v.optional(count, 500),
  extra_saves: v.optional(v.array(natural), []),
  exit_every: v.optional(v.nullable(count), null),
  seed: v.optional(natural, 0),
  mesh: v.optional(v.nullable(v.string()), null),
  layout: v.optional(v.nullable(v.string()), null),
  storage: v.optional(v.nullable(v.string()), null),
};

// What is left out has the value it has in Hugging Face's GPTNeoConfig.
const model = {
  vocab_size: v.optional(count, 50257),
  max_position_embeddings: v.optional(count, 2048),
  hidden_size: v.optional(count, 2048),
  num_layers: v.optional(layerCount, 24),
  num_heads: v.optional(count, 16),
  attention_types: v.optional(
    v.array(v.strictTuple([v.pipe(v.array(attentionType), v.minLength(1)), layerCount])),
  ),
  attention_layers: v.optional(v.array(attentionType)),
  window_size: v.optional(count, 256),
  intermediate_size: v.optional(v.nullable(count), null),
  activation_function: v.optional(v.picklist(activations), "gelu_new"),
  layer_norm_epsilon: v.optional(above, 1e-5),
  initializer_range: v.optional(above, 0.02),
  resid_dropout: v.optional(belowOne, 0),
  embed_dropout: v.optional(belowOne, 0),
  attention_dropout: v.optional(belowOne, 0),
  bos_token_id: v.optional(v.nullable(natural)),
  eos_token_id: v.optional(v.nullable(v.union([natural, idList], "an id or a list of ids"))),
  pad_token_id: v.optional(v.nullable(natural), null),
  tie_word_embeddings: v.optional(v.boolean(), true),
  model_type: v.optional(v.picklist(modelTypes), "gpt_neo"),
  architectures: v.optional(v.nullable(v.array(v.string())), ["GPTNeoForCausalLM"]),
};

const schema = v.object({
  ...model,
  architecture: v.optional(v.object(architectureSchemas)),
  original: v.optional(v.object(originalPartSchemas)),
  training: v.optional(v.object(training), {}),
});

/** The keys of a config and of its sections, each with what it may be. */
export const keySchemas: {
  readonly model: Readonly<Record<string, v.GenericSchema>>;
  readonly architecture: Readonly<Record<string, v.GenericSchema>>;
  readonly original: Readonly<Record<string, v.GenericSchema>>;
  readonly training: Readonly<Record<string, v.GenericSchema>>;
} = { model, architecture: architectureSchemas, original: originalPartSchemas, training };

type Parsed = v.InferOutput<typeof schema>;

/** The keys of the `training` section. */
export const trainingKeys: readonly string[] = Object.keys(training);

/** The sections of a config, each with its keys. */
const sections = {
  architecture: architectureKeys as readonly string[],
  original: originalPartKeys,
  training: trainingKeys,
};

const rootKeys: ReadonlySet<string> = new Set([
  ...["$schema", ...Object.keys(model), ...otherKeys],
  ...Object.keys(sections),
]);

/**
 * Checks a config and fills in what it leaves out.
 *
 * @param where what errors call it: a file or a preset
 * @throws MtfError `bad-argument` with all problems, each with its path
 * @example
 * const config = parseConfig({ hidden_size: 64, num_layers: 2, num_heads: 4 });
 */
export function parseConfig(value: unknown, where = "config"): Config {
  if (!isObject(value)) throw badConfig(where, [["", "is no object of keys and values"]]);
  for (const section of Object.keys(sections)) {
    if (value[section] === undefined || isObject(value[section])) continue;
    throw badConfig(where, [[section, "is no object of keys and values"]]);
  }
  const { keys, problems: refused, nameOf } = inOurWords(value);
  const result = v.safeParse(schema, keys);
  const issues = (result.issues ?? []).flatMap(describe).map(renamedBy(nameOf));
  const wrong = [...unknownKeys(value), ...refused, ...issues];
  if (!result.success || wrong.length > 0) throw badConfig(where, wrong);
  const config = complete(result.output, keys);
  const found = problems(config).map(renamedBy(nameOf));
  if (found.length > 0) throw badConfig(where, found);
  return config;
}

/** A problem of a config: the path of a key, and what is wrong there. */
export type Problem = readonly [path: string, text: string];

/** A problem with the first part of its path as the config's own keys have it. */
function renamedBy(nameOf: (key: string) => string): (problem: Problem) => Problem {
  return ([path, text]) => [path.replace(/^[^.]*/, nameOf), text];
}

function badConfig(where: string, found: readonly Problem[]): MtfError {
  const count = found.length === 1 ? "a problem" : `${found.length} problems`;
  return new MtfError("bad-argument", `${where} has ${count}.`, {
    evidence: found.map(([path, text]) => [path || "(all)", text]),
    file: where,
    problems: found,
  });
}

function unknownKeys(value: Record<string, unknown>): Problem[] {
  const unknownIn = (section: keyof typeof sections): string[] =>
    Object.keys(isObject(value[section]) ? value[section] : {})
      .filter((key) => !sections[section].includes(key))
      .map((key) => `${section}.${key}`);
  return [
    ...Object.keys(value).filter((key) => !isKey(key, value) && !harmlessNote(key, value[key])),
    ...unknownIn("architecture"),
    ...unknownIn("original"),
    ...unknownIn("training"),
  ].map((path) => [path, `is no key of a config${suggestion(path)}`]);
}

/** Whether a config has such a key: those of its architecture, and ours. */
function isKey(key: string, { model_type }: Readonly<Record<string, unknown>>): boolean {
  const dialect = dialectOf(model_type);
  if (rootKeys.has(key)) return true;
  return (
    dialect !== undefined && (Object.hasOwn(dialect.same, key) || dialect.others.includes(key))
  );
}

/** What is to be said about unknown keys that cannot matter, and are left out. */
export function harmlessNotes(value: Readonly<Record<string, unknown>>): readonly Note[] {
  return Object.entries(value).flatMap(([key, one]) => {
    const note = isKey(key, value) ? undefined : harmlessNote(key, one);
    return note ? [note] : [];
  });
}

function harmlessNote(key: string, value: unknown): Note | undefined {
  const reason = whyHarmless(key, value, suggestion(key) !== "");
  return reason === undefined ? undefined : [key, `${reason}: left out`];
}

function describe(issue: v.BaseIssue<unknown>): Problem[] {
  const path = v.getDotPath(issue) ?? "";
  const { type, received, expected } = issue;
  if (type === "union")
    return deepest(issue)
      .flatMap(describe)
      .map((found) => below(path, found));
  if (type === "strict_object") {
    // Its key: one that it lacks, or one that it does not know.
    if (received === "undefined") return [[path, "is missing"]];
    if (expected === "never") return [[path, "is no key that is known here"]];
  }
  if (type === "min_length") return [[path, "is empty"]];
  const wanted =
    type === "integer"
      ? "a whole number"
      : type === "one_of" || expected === null
        ? undefined
        : inWords(expected);
  const found = received === "undefined" ? "is missing, and" : `is ${inWords(received)}, but`;
  return [[path, `${found} must be ${wanted ?? issue.message}`]];
}

/**
 * Of the ways a value may be written, the one that fits it farthest says what is wrong; where none
 * fits at all, what the union is called does.
 */
function deepest(union: v.BaseIssue<unknown>): readonly v.BaseIssue<unknown>[] {
  const depth = ({ path }: v.BaseIssue<unknown>): number => path?.length ?? 0;
  const most = Math.max(0, ...(union.issues ?? []).map(depth));
  if (most === 0) return [{ ...union, type: "one_of", path: undefined as never }];
  const far = (union.issues ?? []).filter((issue) => depth(issue) === most);
  // Another way that is as far has another kind of complaint about the same value.
  return far.filter(({ type }) => type === far[0]!.type);
}

function below(path: string, [inner, text]: Problem): Problem {
  return [[path, inner].filter((part) => part !== "").join("."), text];
}

function suggestion(path: string): string {
  const [, section = "", key = path] = /^(architecture|original|training)\.(.*)$/s.exec(path) ?? [];
  const own = sections[section as keyof typeof sections] ?? [
    ...Object.keys(model),
    ...Object.keys(sections),
  ];
  const near = section === "training" ? meantBy(key, own) : nearest(key, own);
  const meant = (at: string, name: string): string =>
    `; did you mean ${at === "" ? "" : `${at}.`}${name}?`;
  if (near !== undefined) return meant(section, near);
  // A key may be right and only in the wrong section.
  const [other, keys] =
    section === "training" ? ["", Object.keys(model)] : ["training", trainingKeys];
  const elsewhere = nearest(key, keys);
  return elsewhere === undefined ? "" : meant(other, elsewhere);
}

function complete(parsed: Parsed, written: Record<string, unknown>): Config {
  const types = parsed.attention_types ?? usualLayers(parsed);
  // A wrong count is reported by `problems`, and not written out: it may be millions.
  const expanded = layersIn(types) === parsed.num_layers ? expandAttentionTypes(types) : [];
  const layers: readonly AttentionType[] = parsed.attention_layers ?? expanded;
  const { training: section, architectures, ...rest } = parsed;
  const entries = Object.entries(rest).filter(([key]) => !otherKeys.includes(key));
  const tokenizer = section.tokenizer === undefined ? tokenizerOf(parsed) : section.tokenizer;
  const end = endToken(parsed.vocab_size, tokenizer);
  const { data, validation_data } = section;
  const ends = endsIn(parsed);
  const complete: Training = {
    ...section,
    data: data === null ? null : sourcesOf(data),
    validation_data: typeof validation_data === "string" ? [validation_data] : validation_data,
    tokenizer,
    context: section.context ?? parsed.max_position_embeddings,
  };
  return {
    ...(Object.fromEntries(entries) as typeof rest),
    attention_types: types,
    attention_layers: layers,
    bos_token_id: isIn(parsed, parsed.bos_token_id) ? parsed.bos_token_id : end,
    eos_token_id: ends[0] ?? end,
    more_eos_token_ids: ends.slice(1),
    architectures: architectures ?? ["GPTNeoForCausalLM"],
    other: Object.fromEntries(Object.entries(written).filter(([key]) => otherKeys.includes(key))),
    architecture: parsed.architecture ?? usualArchitecture,
    original: parsed.original ?? usualParts,
    training: complete,
  };
}

/** Layers as the architecture has them: GPT-Neo's are global and local in turn. */
function usualLayers({ model_type, num_layers }: Parsed): AttentionTypes {
  return model_type.startsWith("gpt_neo") && model_type !== "gpt_neox"
    ? alternating(num_layers)
    : [[["global"], num_layers]];
}

/** The ids that end a text, as they are written. One that is beyond the vocabulary never comes up. */
function endsIn({ eos_token_id, ...rest }: Parsed): readonly number[] {
  const ends = typeof eos_token_id === "number" ? [eos_token_id] : (eos_token_id ?? []);
  return [...new Set(ends)].filter((id) => isIn(rest, id));
}

function isIn<Id>({ vocab_size }: Pick<Parsed, "vocab_size">, id: Id): id is Id & number {
  return typeof id === "number" && id < vocab_size;
}

/** The tokenizer that a vocabulary of this size belongs to. */
function tokenizerOf({ vocab_size: vocabulary, model_type }: Parsed): Training["tokenizer"] {
  if (vocabulary === 257) return "bytes";
  // Published checkpoints pad the 50257 words to multiples of 128. NeoX's own has nearly as many.
  return !["gpt_neox", "llama", "mistral"].includes(model_type) &&
    vocabulary >= 50257 &&
    vocabulary <= 50432
    ? "gpt2"
    : null;
}

/** The end of text where no key says: a file's tokenizer says another where it is read. */
function endToken(vocabulary: number, tokenizer: Training["tokenizer"]): number {
  return Math.min(vocabulary - 1, tokenizer === "bytes" ? 256 : 50256);
}
