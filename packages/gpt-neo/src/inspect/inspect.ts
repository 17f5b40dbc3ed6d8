import { readFile, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MtfError } from "mtf";
import { type ConfigFormat, presets, readConfig, toJson, trainedPart } from "../config/index.ts";
import { lastIn } from "../damaged-checkpoint.ts";
import { dataFiles } from "../data/files.ts";
import { knownExtensions } from "../data/format.ts";
import { isGlob } from "../data/glob.ts";
import { isPipe, shownName } from "../data/pipe.ts";
import type { ReadOptions } from "../data/read.ts";
import { namesIn } from "../make-folder.ts";
import { modelOf } from "../models/index.ts";
import { nearestBeside } from "../nearest-beside.ts";
import { isRunFolder, runFile } from "../run-mark.ts";
import { checkpointFile, isCheckpointOf } from "../weights/home.ts";
import { latestBundle } from "../weights/tensorflow/latest.ts";
import { type DataSummary, inspectData } from "./data.ts";
import { type EventsSummary, inspectEvents, isEventsName } from "./events.ts";
import { kindOfFile } from "./kind.ts";
import { inspectLog, inspectRun, isRun, type RunSummary } from "./run.ts";
import { inspectTokenizer, type TokenizerSummary, tokenizerFiles } from "./tokenizer.ts";
import { inspectCheckpoint, inspectWeights, type WeightsSummary } from "./weights.ts";

/** What a path is, and everything found there: a model's folder has weights, a config and more. */
export interface Inspected {
  readonly path: string;
  readonly kind: "run" | "weights" | "config" | "tokenizer" | "events" | "data";
  readonly run?: RunSummary;
  readonly weights?: WeightsSummary;
  readonly config?: ConfigSummary;
  readonly tokenizer?: TokenizerSummary;
  readonly events?: EventsSummary;
  readonly data?: DataSummary;
}

/** A config in our keys; `training` only if it says anything of it. */
export interface ConfigSummary {
  readonly file: string;
  readonly format: ConfigFormat;
  readonly config: Readonly<Record<string, unknown>>;
  /** What became of keys that have no place here. */
  readonly notes: Readonly<Record<string, string>>;
}

/**
 * Says what a file or folder is: weights, data, a tokenizer, a config, a run, events for TensorBoard.
 * A pattern is data, the name of a preset its config.
 *
 * @param reading how data are read; with any of these it is data
 * @throws MtfError `bad-argument` if it is none of these; `bad-file` if it is damaged
 * @example
 * (await inspect("gpt-neo-125M")).weights?.parameters; // 125,198,592
 */
export async function inspect(path: string, reading: ReadOptions = {}): Promise<Inspected> {
  if (await isPipe(path)) {
    throw new MtfError("bad-argument", `${shownName(path)} is a pipe, and inspect reads twice.`, {
      try: ["a file with what comes out of it", "gpt-neo cat, which reads once"],
      file: path,
    });
  }
  if (Object.values(reading).some((value) => value !== undefined)) {
    return { path, kind: "data", data: await inspectData([path], reading) };
  }
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return inspectFolder(path);
  if (found) return inspectFile(path);
  // What the files of a checkpoint or of indexed data have in common names them, too.
  for (const [ending, kind] of [
    [".index", "weights"],
    [".idx", "data"],
  ] as const) {
    if (!(await stat(`${path}${ending}`).catch(() => undefined))) continue;
    if (kind === "weights") return { path, kind, weights: await inspectWeights(path) };
    return { path, kind, data: await inspectData([path]) };
  }
  if (path.includes(",") && (await exist(path.split(",")))) {
    return { path, kind: "config", config: await inspectConfig(path) };
  }
  if (Object.hasOwn(presets, path)) {
    return { path, kind: "config", config: await inspectConfig(path) };
  }
  if (isGlob(path)) return { path, kind: "data", data: await inspectData([path]) };
  const near = await nearestBeside(path);
  throw new MtfError("bad-file", `there is no file or folder ${path}.`, {
    ...(near !== undefined && { try: [near] }),
    file: path,
  });
}

async function exist(names: readonly string[]): Promise<boolean> {
  const found = names.map((name) => stat(name.trim()).catch(() => undefined));
  return (await Promise.all(found)).every((one) => one !== undefined);
}

async function inspectFile(path: string): Promise<Inspected> {
  if (basename(path) === runFile && (await isRunFolder(dirname(path)))) {
    return { path: dirname(path), kind: "run", run: await inspectRun(dirname(path)) };
  }
  if (basename(path) === checkpointFile && (await isCheckpoint(dirname(path), [checkpointFile]))) {
    return { path, kind: "weights", weights: await inspectCheckpoint(dirname(path)) };
  }
  const told = await kindOfFile(path);
  switch (told.kind) {
    case "weights":
      return { path, kind: "weights", weights: await inspectWeights(path) };
    case "config":
      return { path, kind: "config", config: await inspectConfig(path) };
    case "log":
      return { path, kind: "run", run: await inspectLog(path) };
    case "tokenizer": {
      const tokenizer = await inspectTokenizer(path);
      if (tokenizer) return { path, kind: "tokenizer", tokenizer };
      break;
    }
    case "data": {
      const named = hasDataName(path) ? {} : { inputFormat: told.format };
      return { path, kind: "data", data: await inspectData([path], named) };
    }
    case "events":
      return { path, kind: "events", events: await inspectEvents([path]) };
    case "packed":
      return { path, kind: "data", data: await inspectData([path]) };
    case "unknown":
      if (hasDataName(path) || (await hasIndex(path))) {
        return { path, kind: "data", data: await inspectData([path]) };
      }
  }
  throw nothing(
    path,
    [],
    [
      ["weights", "safetensors, a zip or pickle of PyTorch, an index, a TensorFlow checkpoint"],
      ["data", `the endings ${knownExtensions.join(", ")}, each also .gz and .zst`],
      ["tokenizer", "a tokenizer.json, a vocab.json with its merges.txt"],
      ["config", "JSON of ours, of Hugging Face or of GPT-Neo, .yml of NeoX"],
      ["events", "what TensorBoard's writers write"],
    ],
  );
}

function hasDataName(path: string): boolean {
  const plain = path.replace(/\.(gz|zst)$/i, "").toLowerCase();
  return knownExtensions.some((ending) => plain.endsWith(ending));
}

async function hasIndex(path: string): Promise<boolean> {
  if (!path.endsWith(".bin")) return false;
  return (await stat(path.replace(/\.bin$/, ".idx")).catch(() => undefined)) !== undefined;
}

async function inspectFolder(path: string): Promise<Inspected> {
  const names = await namesIn(path);
  const parts = {
    ...(isRun(names) && { run: await inspectRun(path) }),
    ...((await holdsWeights(path, names)) && { weights: await inspectWeights(path) }),
    ...((await isCheckpoint(path, names)) && { weights: await inspectCheckpoint(path) }),
    ...(names.includes("config.json") && { config: await inspectConfig(path) }),
  };
  const tokenizer = tokenizerFiles.some((name) => names.includes(name))
    ? await inspectTokenizer(path)
    : undefined;
  const logs = names.filter(isEventsName).sort(byNumber.compare);
  const events = logs.length > 0 && (await inspectEvents(logs.map((name) => join(path, name))));
  const all = { ...parts, ...(tokenizer && { tokenizer }), ...(events && { events }) };
  const kinds = ["run", "weights", "config", "tokenizer", "events"] as const;
  const kind = kinds.find((part) => part in all);
  // A run's folder and a checkpoint's hold logs, and no data.
  const isAlone = kind === undefined || (kind !== "run" && !(await isCheckpoint(path, names)));
  const hasData = isAlone && (await holdsData(path));
  if (kind) return { path, kind, ...all, ...(hasData && { data: await dataBeside(path) }) };
  if (hasData) return { path, kind: "data", data: await inspectData([path]) };
  const last = await lastIn(path);
  const instead = last === undefined ? [] : [last];
  throw nothing(path, instead, [
    ["run", "run.json, log.jsonl, checkpoints"],
    ["weights", "model.safetensors, pytorch_model.bin, their .index.json, *.index, *.safetensors"],
    ["config", "config.json"],
    ["tokenizer", "tokenizer.json, vocab.json"],
    ["data", `*${knownExtensions.join(", *")}, each also .gz and .zst`],
    ["events", "*tfevents*"],
  ]);
}

/** Names of files of events begin with the second they were begun in. */
const byNumber = new Intl.Collator("en", { numeric: true });

async function holdsWeights(folder: string, names: readonly string[]): Promise<boolean> {
  const usual = /^(model\.safetensors|pytorch_model\.bin)(\.index\.json)?$/;
  if (names.some((name) => usual.test(name))) return true;
  if ((await latestBundle(folder)) !== undefined) return true;
  const single = names.filter((name) => name.endsWith(".safetensors")).length === 1;
  return single && !(await isCheckpoint(folder, names));
}

async function isCheckpoint(folder: string, names: readonly string[]): Promise<boolean> {
  if (!names.includes(checkpointFile)) return isCheckpointOf(names);
  return (await readFile(join(folder, checkpointFile), "utf8")).includes('"mtf-checkpoint"');
}

async function holdsData(folder: string): Promise<boolean> {
  return dataFiles([folder]).then(
    () => true,
    () => false,
  );
}

/** Data in a folder of something else, which is no data left out. */
async function dataBeside(path: string): Promise<DataSummary> {
  const { leftOut: _, ...data } = await inspectData([path]);
  return data;
}

async function inspectConfig(path: string): Promise<ConfigSummary> {
  const { config, format, source, notes, trains } = await readConfig(path);
  const { training, ...model } = toJson(config) as Record<string, unknown>;
  return {
    file: source,
    format,
    config: { ...model, ...(trains ? { training } : trainedPart(config)) },
    notes: Object.fromEntries([...notes, ...modelOf(config).missingParts(config)]),
  };
}

function nothing(
  path: string,
  instead: readonly string[],
  evidence: readonly (readonly [string, string])[],
): MtfError {
  return new MtfError("bad-argument", `${path} is nothing that is known here.`, {
    evidence: evidence.map(([label, text]) => [`looked for ${label}`, text]),
    ...(instead.length > 0 && { try: instead }),
    file: path,
  });
}
