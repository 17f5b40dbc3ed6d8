import { stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { MtfError } from "mtf";
import { badFile, openBytes, readShards } from "mtf/files";
import type { ConfigSource } from "../config/index.ts";
import { lastIn, withCheckpoint } from "../damaged-checkpoint.ts";
import { namesIn } from "../make-folder.ts";
import { nearestBeside } from "../nearest-beside.ts";
import { optionsInWords } from "../options-in-words.ts";
import { adapterAlone } from "./adapter.ts";
import { openCheckpointWeights } from "./checkpoint.ts";
import { checkpointFile, isCheckpointOf } from "./home.ts";
import { insteadOfFolder, modelFolder } from "./model-folders.ts";
import { checkWeights } from "./no-weights.ts";
import { openPytorch } from "./pytorch/open.ts";
import { openSafetensorsWeights } from "./safetensors.ts";
import type { WeightSource } from "./source.ts";
import { latestBundle } from "./tensorflow/latest.ts";
import { openBundle } from "./tensorflow/open.ts";
import { tableMagic } from "./tensorflow/table.ts";
import { unreadable } from "./unreadable.ts";

/** What a folder's weights are called, the first found being taken. */
const namesInFolder = [
  "model.safetensors",
  "model.safetensors.index.json",
  "pytorch_model.bin",
  "pytorch_model.bin.index.json",
] as const;

/**
 * Opens weights of any kind, in a folder or a file: safetensors, `pytorch_model.bin`, a
 * TensorFlow checkpoint, or one of a run. The kind is told by the content.
 *
 * @param config what tells the names of a run's checkpoint, where no config is there
 * @throws MtfError `bad-file` naming file, byte and reason
 * @example
 * const weights = await openWeights("gpt-neo-125M");
 * weights.tensors.get("transformer.wte.weight")?.shape;
 */
export async function openWeights(path: string, config?: ConfigSource): Promise<WeightSource> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) return openFolder(path, config);
  if (found && basename(path) === checkpointFile) return openFolder(dirname(path), config);
  // A checkpoint of TensorFlow is named by what its files have in common.
  const bundle = /^(.*)\.(?:index|data-\d+-of-\d+|meta)$/.exec(path)?.[1] ?? path;
  if (!found || bundle !== path) {
    const index = await stat(`${bundle}.index`).catch(() => undefined);
    if (index) return openBundle(bundle);
  }
  if (!found) throw await notThere(path);
  return openFile(path);
}

async function openFolder(folder: string, config?: ConfigSource): Promise<WeightSource> {
  const names = await namesIn(folder);
  if (isCheckpointOf(names)) return openCheckpointWeights(folder, config);
  const usual = namesInFolder.find((name) => names.includes(name));
  const told = async (error: unknown): Promise<never> => {
    throw await withCheckpoint(error, folder);
  };
  if (usual !== undefined) return openFile(join(folder, usual)).catch(told);
  if (names.some((name) => /^adapter_(config\.json|model\.)/.test(name))) {
    throw await adapterAlone(folder);
  }
  const prefix = await latestBundle(folder);
  if (prefix !== undefined) return openBundle(prefix);
  const single = names.filter((name) => name.endsWith(".safetensors"));
  if (single.length === 1) return openFile(join(folder, single[0]!));
  return told(
    new MtfError("bad-file", `${folder} holds no weights.`, {
      evidence: [["looked for", [...namesInFolder, "*.index", "*.safetensors"].join(", ")]],
      try: (await lastIn(folder)) === undefined ? await insteadOfFolder(folder) : [],
      file: folder,
    }),
  );
}

async function openFile(file: string): Promise<WeightSource> {
  await checkWeights(file);
  switch (await kindOf(file)) {
    case "pytorch":
      return openPytorch(file);
    case "safetensors":
      return openSafetensorsWeights(file);
    case "table":
      throw badFile(file, 0, "it is a TensorFlow index without the ending .index");
    case "index": {
      const shards = [...(await readShards(file).catch(unlessIndex(file))).keys()];
      for (const shard of shards) await checkWeights(shard);
      const [shard] = shards;
      if (shard === undefined) throw badFile(file, 0, "its weight_map names no files");
      const kind = await kindOf(shard);
      return kind === "pytorch" ? openPytorch(file) : openSafetensorsWeights(file);
    }
  }
}

/** Only what is called an index is one that is damaged: any other JSON is none. */
function unlessIndex(file: string): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof MtfError) || /\.index\.json$/.test(file)) throw error;
    throw unreadable(file, 0, "it is JSON, not weights", optionsInWords({ model: dirname(file) }));
  };
}

async function notThere(path: string): Promise<MtfError> {
  const near = await nearestBeside(path);
  return new MtfError("bad-file", `there is no file or folder ${path}.`, {
    try: [
      ...(near === undefined ? [] : [optionsInWords({ model: near })]),
      `${modelFolder}; nothing is downloaded by its name`,
    ],
    file: path,
  });
}

async function kindOf(file: string): Promise<"pytorch" | "safetensors" | "table" | "index"> {
  const bytes = await openBytes(file);
  try {
    const start = new Uint8Array(Math.min(16, bytes.size));
    await bytes.read(0, start);
    const end = new Uint8Array(Math.min(8, bytes.size));
    await bytes.read(bytes.size - end.length, end);
    const begins = (...magic: number[]) => magic.every((byte, i) => start[i] === byte);
    if (begins(0x50, 0x4b) || begins(0x80, 0x02)) return "pytorch";
    if (end.length === 8 && new DataView(end.buffer).getBigUint64(0, true) === tableMagic) {
      return "table";
    }
    // A header's length before a brace; the length of an index would be in the billions.
    if (start[0] === 0x7b && start[7] !== 0) return "index";
    return "safetensors";
  } finally {
    await bytes.close();
  }
}
