import { MtfError } from "mtf";
import { camelCase } from "../camel-case.ts";
import { type Config, endKeys, type LeftOut, parseConfig, toJson } from "../config/index.ts";
import { sourcesOf } from "../data/index.ts";
import { modelOf } from "../models/index.ts";
import {
  makeTokenizer,
  modelTokenizerSource,
  nameOfSource,
  type Tokenizer,
  type TokenizerSource,
  tokenizerSource,
} from "../tokenizer/index.ts";
import { homeOf } from "../weights/index.ts";
import { absoluteTokenizer } from "./absolute-paths.ts";
import { asSaid } from "./as-said.ts";
import { areDocuments } from "./data/given.ts";
import type { GoingOn } from "./going-on.ts";
import { keptTokenizer } from "./kept-tokenizer.ts";
import type { TrainOptions } from "./options.ts";
import { settingsOf } from "./set-keys.ts";
import { withExperts } from "./with-experts.ts";

/** A config as it was found, with what nothing written decides. */
export interface Found {
  readonly config: Config;
  readonly leftOut?: readonly LeftOut[];
  /** The file of the weights it is of: a tokenizer may lie beside it. */
  readonly file?: string;
  /** The preset or the file it is from. */
  readonly source?: string;
}

/** The config of a run and its tokenizer, which fit each other. */
export interface RunConfig {
  readonly config: Config;
  readonly tokenizer: Tokenizer | undefined;
  /** What makes the tokenizer in other threads. */
  readonly source: TokenizerSource | undefined;
  /** What the tokenizer changed. */
  readonly notes: readonly string[];
}

/**
 * The config with the options over it. A new model takes its vocabulary from a tokenizer
 * that the options name; one that the config names decides what the config left out.
 *
 * @throws MtfError `bad-argument` for what does not go together, or is not GPT-Neo; as
 * `tokenizerSource`
 */
export async function runConfig(options: GoingOn, found: Found): Promise<RunConfig> {
  modelOf(found.config).requireParts(found.config, found.source);
  const { training } = found.config;
  const given = options.tokenizer;
  const own =
    found.file !== undefined && given === undefined
      ? await modelTokenizerSource(homeOf(found.file), found.config.vocab_size)
      : undefined;
  const kept =
    options.remembered && given === undefined && !own && options.out !== undefined
      ? await keptTokenizer(options.out, training.tokenizer)
      : undefined;
  const written = given ?? (own || kept ? null : training.tokenizer);
  const named =
    written === null
      ? undefined
      : await tokenizerSource(written, given === undefined ? "training.tokenizer" : "`tokenizer`");
  const one = named ?? own ?? kept?.source;
  // What a run keeps goes by the name that it was begun with.
  const name = kept ? (training.tokenizer ?? undefined) : one && nameOfSource(one);
  const source = one && { ...one, ...(options.special && { special: true }) };
  const plain = source && makeTokenizer(source);

  const isOther =
    given !== undefined && !isSame(given, training.tokenizer) && !isSame(name, training.tokenizer);
  const isUnsized = found.leftOut?.includes("vocab_size") ?? false;
  const decides = options.model === undefined && (isOther || (isUnsized && plain !== undefined));
  // A model's own tokenizer may have tokens that its model has no row for: padding, never in a text.
  if (named && plain && !decides && plain.vocabSize > found.config.vocab_size) {
    throw misfit(`${name ?? plain.name}, ${plain.vocabSize} ids`, options, found.config);
  }
  if (!decides && isUnsized) throw unsized();
  const changes = plain
    ? {
        ...(decides && { vocab_size: plain.vocabSize }),
        ...endsOf(decides ? endKeys : (found.leftOut ?? []), plain),
      }
    : {};
  const config = withOptions(options, found.config, { ...changes, tokenizer: name });
  return {
    config,
    tokenizer: plain,
    source,
    notes: [
      ...(kept?.note ? [kept.note] : []),
      ...(decides ? changed(found, config) : []),
      ...(plain ? otherEnd(plain, config) : []),
    ],
  };
}

/** Whether two names are of one tokenizer, wherever they are said. */
function isSame(given: string | undefined, written: string | null): boolean {
  if (given === undefined || written === null) return false;
  return absoluteTokenizer(given) === absoluteTokenizer(written);
}

function endsOf(keys: readonly LeftOut[], { endOfText }: Tokenizer): Partial<Config> {
  const ends = endKeys.filter((key) => keys.includes(key));
  return Object.fromEntries(ends.map((key) => [key, endOfText]));
}

function withOptions(
  options: TrainOptions,
  config: Config,
  { tokenizer, ...model }: Partial<Config> & { readonly tokenizer: string | undefined },
): Config {
  // By the keys that they go over; whoever said them is told of them by their own names.
  const given = {
    data: areDocuments(options.data) ? null : options.data && sourcesOf(options.data),
    validation_data: areDocuments(options.validationData) ? null : options.validationData,
    tokenizer,
    optimizer: options.optimizer,
    learning_rate: options.lr,
    batch_size: options.batchSize,
    grad_accumulation: options.gradAccumulation,
    recompute: options.recompute,
    context: options.context,
    steps: options.steps,
    eval_every: options.evalEvery,
    eval_batches: options.evalBatches,
    validation: options.validationShare,
    save_every: options.saveEvery,
    seed: options.seed,
    ...(options.noCrossDocument && { cross_document_loss: false, cross_document_attention: false }),
    reset_positions: options.resetPositions,
  };
  const flags = Object.fromEntries(
    Object.entries(given).filter(([, value]) => value !== undefined),
  );
  const set = settingsOf(options.set ?? [], { ...placeOf(options), ...flags });
  const training = { ...config.training, ...set.training, ...flags };
  const where = "the config with the given options";
  const mixture = withExperts(options, config);
  try {
    return parseConfig({ ...toJson(config), ...mixture, ...set.model, ...model, training }, where);
  } catch (error) {
    throw asSaid(error, namesOf(options, flags, set));
  }
}

/** Options whose names are not those of the keys that they say. */
const otherNames: Readonly<Record<string, string>> = {
  cross_document_attention: "noCrossDocument",
  cross_document_loss: "noCrossDocument",
  learning_rate: "lr",
  validation: "validationShare",
};

/** What options are called that say parts of a config, by the paths of these. */
function namesOf(
  { moeLayers, experts, tokenizer }: TrainOptions,
  flags: object,
  set: ReturnType<typeof settingsOf>,
): ReadonlyMap<string, string> {
  const named = (key: string): string => `\`${otherNames[key] ?? camelCase(key)}\``;
  return new Map([
    ...Object.keys(flags)
      .filter((key) => key !== "tokenizer" || tokenizer !== undefined)
      .map((key) => [`training.${key}`, named(key)] as const),
    ...Object.keys(set.training).map((key) => [`training.${key}`, `\`set\` ${key}`] as const),
    ...Object.keys(set.model).map((key) => [key, `\`set\` ${key}`] as const),
    ...(moeLayers === undefined ? [] : [["original.moe.layers", "`moeLayers`"] as const]),
    ...(experts === undefined ? [] : [["original.moe.num_experts", "`experts`"] as const]),
  ]);
}

/** Options that go over keys of `training` and stay beside them: a config's rules are for its own mesh. */
function placeOf({ mesh, layout, storage }: TrainOptions): Partial<TrainOptions> {
  const all = Object.entries({ mesh, layout, storage });
  return Object.fromEntries(all.filter(([, value]) => value !== undefined));
}

/** `vocab_size 257 -> 1000, the tokenizer's`, for what was not left to it. */
function changed({ config: before, leftOut = [] }: Found, now: Config): readonly string[] {
  return (["vocab_size", ...endKeys] as const)
    .filter((key) => !leftOut.includes(key))
    .filter((key) => before[key] !== now[key])
    .map((key) => `${key} ${before[key]} -> ${now[key]}, the tokenizer's`);
}

/** What the config writes stands, but data from elsewhere may end with the tokenizer's. */
function otherEnd({ endOfText }: Tokenizer, { eos_token_id }: Config): readonly string[] {
  return endOfText === eos_token_id
    ? []
    : [`eos_token_id is ${eos_token_id}, which ends documents, not the tokenizer's ${endOfText}`];
}

function unsized(): MtfError {
  return new MtfError("bad-argument", "nothing says how many ids the model has.", {
    try: [
      '`tokenizer: "FILE"`',
      "vocab_file: FILE in the config",
      "padded_vocab_size: N in the config",
    ],
  });
}

function misfit(tokenizer: string, { model }: TrainOptions, { vocab_size }: Config): MtfError {
  return new MtfError("bad-argument", "the vocabulary does not fit the tokenizer.", {
    evidence: [
      ["tokenizer", tokenizer],
      [model === undefined ? "config" : "model", `vocab_size ${vocab_size}`],
    ],
    try:
      model === undefined
        ? ['a larger "vocab_size" in the config', "`tokenizer`, which sets it to its own"]
        : ['`tokenizer: "FILE|DIR"`, the one that the model was made with', "data with input_ids"],
  });
}
