import { dispose, type Layout, lower, type Mesh, MtfError } from "mtf";
import type { Devices, Held, Run } from "mtf/simulator";
import type { Built } from "./built.ts";
import type { Config } from "./config/index.ts";
import { type ChooseMesh, meshFor } from "./fit/index.ts";
import { type Decoding, decodingOf } from "./generate/decoding.ts";
import { longest } from "./generate/extend.ts";
import { type GenerationConfig, readGenerationConfig } from "./generate/generation-config.ts";
import { programsOf } from "./model-program.ts";
import { type Dims, modelOf, type Parameters, poolDims } from "./models/index.ts";
import { type WeightsDType, weightsDTypes } from "./models/weights-dtype.ts";
import { checkNames, type OptionNames } from "./option-names.ts";
import { optionsInWords } from "./options-in-words.ts";
import { layoutOf, type SessionOptions } from "./session.ts";
import { type StartingDevices, startingDevices } from "./starting-devices.ts";
import {
  loadTokenizer,
  makeTokenizer,
  type Tokenizer,
  tokenizerSource,
} from "./tokenizer/index.ts";
import { homeOf, loadWeights, type Weights } from "./weights/index.ts";
import { parameterSource } from "./weights/parameter-source.ts";
import { prefixNote } from "./weights/prefix-note.ts";
import { unexpectedLines } from "./weights/unexpected.ts";
import { wrongOption } from "./wrong-option.ts";

/** Where a model runs, and what makes ids of text for it. */
export interface ModelOptions extends SessionOptions {
  /** `gpt2`, `bytes`, a `tokenizer.json` or a folder with one; by default that of its folder. */
  readonly tokenizer?: string | undefined;
  /** The tokens that the model sees at once; by default as many as it was trained on. */
  readonly context?: number | undefined;
  /** What the weights rest as; default float32. They are computed with in float32. */
  readonly dtype?: WeightsDType | undefined;
}

/** The names of what a model is loaded with. */
export const modelOptionNames: OptionNames<ModelOptions> = {
  tokenizer: true,
  context: true,
  dtype: true,
  mesh: true,
  layout: true,
  storage: true,
  runtime: true,
  backend: true,
  deterministic: true,
  fastReduce: true,
};

/** A model on devices, ready to run programs over its parameters. */
export interface LoadedModel {
  readonly config: Config;
  readonly tokenizer: Tokenizer | undefined;
  /** The folder of its config and tokenizer, which may have a chat template; none of one that is only in memory. */
  readonly home?: string | undefined;
  /** The tokens it sees at once, which may be fewer than it has positions for. */
  readonly context: number;
  readonly devices: Devices;
  readonly layout: Layout;
  /** What its weights rest as. */
  readonly dtype: WeightsDType;
  readonly parameters: Held<Parameters>;
  /** The ids that end a text, as the config or else the tokenizer says. */
  readonly ends: readonly number[];
  /** What its folder's `generation_config.json` says, which holds where a call does not say otherwise. */
  readonly generation?: GenerationConfig | undefined;
  /** What is to be said about its files and its context. */
  readonly notes: readonly string[];
  /**
   * Loads a function of parameters and other arguments, for rows of a length.
   *
   * @param rows how many; default 1
   */
  program<Arguments extends readonly unknown[], Result>(
    length: number,
    build: (dims: Dims) => Built<Arguments, Result>,
    rows?: number,
  ): Promise<Run<readonly [Parameters, ...Arguments], Result>>;
  /** What continues rows of ids, loaded when it is first wanted. */
  readonly decoding: Decoding;
  close(): Promise<void>;
}

/**
 * Loads a model's folder onto the devices of a mesh; each reads its slices.
 *
 * @param given the devices' mesh, or what chooses it; or devices that another model has, which go on when
 * this one is closed. By default what `options.mesh` says, else as many devices as the model needs
 * @throws MtfError as `loadWeights` and `tokenizerSource`; `bad-argument` for a tokenizer with more
 * ids than the model, or a context of more than its positions
 * @example
 * const model = await loadModel("runs/tuned", { mesh: "model:2", layout: "heads:model" });
 * console.log(model.config.num_layers);
 */
export async function loadModel(
  folder: string,
  options: ModelOptions = {},
  given?: Mesh | ChooseMesh | Devices,
): Promise<LoadedModel> {
  checkNames("loadModel", options, modelOptionNames);
  if (typeof folder !== "string") throw wrongOption("loadModel", "the folder", folder, "a path");
  const shared = given && "putTree" in given ? given : undefined;
  const mesh =
    shared?.mesh ??
    (given as Mesh | ChooseMesh | undefined) ??
    meshFor(options, { devices: 1, rows: () => 1, byChunks: true, build: longest });
  const dtype = dtypeOf(options);
  const starting = startingDevices(options, shared);
  try {
    return await loadedOn(starting, folder, options, { mesh, dtype, shared: shared !== undefined });
  } catch (error) {
    await starting.end();
    throw error;
  }
}

interface Settings {
  readonly mesh: Mesh | ChooseMesh;
  readonly dtype: WeightsDType;
  /** Whether the devices go on when the model is closed. */
  readonly shared: boolean;
}

async function loadedOn(
  starting: StartingDevices,
  folder: string,
  options: ModelOptions,
  { mesh, dtype, shared }: Settings,
): Promise<LoadedModel> {
  const weights = await loadWeights(folder);
  try {
    const { config } = weights;
    const context = contextOf(options, config);
    const dims = modelOf(config).dims(config, 1, config.max_position_embeddings);
    const chosen = typeof mesh === "function" ? mesh(config, context) : { mesh, told: [] };
    const layout = layoutOf(options, chosen.mesh, { ...dims, ...poolDims });
    const home = weights.format === "checkpoint" ? homeOf(weights.file) : folder;
    const opening = starting.on(chosen.mesh);
    const tree = modelOf(config).placeholders(config, dims, dtype);
    // Any program over the parameters tells how they rest.
    const resting = lower((p: Parameters) => p, { layout, inputs: [tree] as const });
    const names = new Map(
      modelOf(config)
        .names(config)
        .map((name) => [name.path, name]),
    );
    const devices = await opening;
    const putting = devices.putTree(resting, (path) => parameterSource(weights, names.get(path)!));
    // What is wrong with them is told after what is wrong with the small files.
    putting.catch(() => undefined);
    // Devices read by themselves meanwhile.
    const small = Promise.all([
      tokenizerOf(home, options.tokenizer, config),
      readGenerationConfig(folder),
    ]);
    const [tokenizer, generation] = await small.catch(async (error) => {
      await starting.end();
      // Devices that go on are left without them, and the weights' files without readers.
      await putting.then(dispose, () => undefined);
      throw error;
    });
    const parameters = await putting;
    const program = programsOf({ config, devices, layout, dtype });
    const decoding = decodingOf({ config, devices, program });
    const leave = async (): Promise<void> => {
      await decoding.unload();
      dispose(parameters);
    };
    return {
      config,
      tokenizer,
      home,
      context,
      devices,
      layout,
      dtype,
      parameters,
      ends: endsOf(weights, tokenizer),
      ...(generation && { generation }),
      notes: [
        ...prefixNote(weights.prefix),
        ...weights.notes.map(([key, reason]) => `config: ${key}: ${reason}`),
        ...unexpectedLines(weights),
        ...contextNote(context, options, config),
        ...chosen.told,
      ],
      program,
      decoding,
      close: () => (shared ? leave() : devices.close()),
    };
  } finally {
    await weights.close();
  }
}

function dtypeOf({ dtype = "float32" }: ModelOptions): WeightsDType {
  if (weightsDTypes.includes(dtype)) return dtype;
  const sentence = `loadModel: weights cannot rest as ${dtype}.`;
  throw new MtfError("bad-argument", sentence, { try: [weightsDTypes.join(", ")] });
}

function contextOf({ context }: ModelOptions, config: Config): number {
  const most = config.max_position_embeddings;
  if (context !== undefined && !(Number.isInteger(context) && context >= 1)) {
    throw wrongOption("loadModel", "context", context, "a whole number from 1 on");
  }
  if (context === undefined || context <= most) return context ?? config.training.context;
  throw new MtfError(
    "bad-argument",
    `\`context: ${context}\` is more than the model sees at once, ${most} tokens.`,
    {
      try: [optionsInWords({ context: most })],
    },
  );
}

/** Where a model sees fewer tokens at once than it could, and nobody asked for it. */
function contextNote(context: number, options: ModelOptions, config: Config): readonly string[] {
  const positions = config.max_position_embeddings;
  if (options.context !== undefined || context >= positions) return [];
  const most = `\`context\` for up to ${positions}`;
  return [`sees ${context} tokens at once, as it was trained (${most})`];
}

function endsOf(
  { config, leftOut }: Pick<Weights, "config" | "leftOut">,
  tokenizer: Tokenizer | undefined,
): readonly number[] {
  if (!leftOut.includes("eos_token_id")) return [config.eos_token_id, ...config.more_eos_token_ids];
  return tokenizer ? [tokenizer.endOfText] : [];
}

async function tokenizerOf(
  folder: string,
  written: string | undefined,
  { vocab_size }: Config,
): Promise<Tokenizer | undefined> {
  if (written === undefined) return loadTokenizer(folder, vocab_size);
  const tokenizer = makeTokenizer(await tokenizerSource(written));
  if (tokenizer.vocabSize <= vocab_size) return tokenizer;
  throw new MtfError("bad-argument", "the tokenizer has more ids than the model.", {
    evidence: [
      ["tokenizer", `${written}, ${tokenizer.vocabSize} ids`],
      ["model", `vocab_size ${vocab_size}`],
    ],
  });
}
