import { join } from "node:path";
import { type AnyTensor, type HostArray, leavesOf } from "mtf";
import { writeSafetensors } from "mtf/checkpoint";
import { inFileOrder, rowBlocks, volumeOf } from "mtf/files";
import { type Held, isSharded, type Sharded, type Source } from "mtf/simulator";
import { type Config, saveConfig, withDtype } from "./config/index.ts";
import { modelOf, type Parameters } from "./models/index.ts";
import { saveTokenizer, type Tokenizer } from "./tokenizer/index.ts";

const elementsAtATime = 1 << 20;

/**
 * Reads what another process writes to a model's folder, in its order: what is read, all of them read
 * together.
 */
export async function readAlong(config: Config, parameters: Held<Parameters>): Promise<void> {
  for (const { data } of inFileOrder(tensorsOf(config, parameters))) {
    for await (const _ of data());
  }
}

/**
 * Writes a folder as Hugging Face's `from_pretrained` reads it: config, weights and tokenizer. Each
 * file is replaced as a whole. Weights are float32, whatever they began as, and the config says so.
 */
export async function saveModel(
  folder: string,
  config: Config,
  parameters: Held<Parameters>,
  tokenizer: Tokenizer | undefined,
): Promise<void> {
  await writeSafetensors(join(folder, "model.safetensors"), tensorsOf(config, parameters), {
    metadata: { format: "pt" },
  });
  await saveConfig(folder, withDtype(config, "float32"));
  if (tokenizer) await saveTokenizer(folder, tokenizer, config.training.context);
}

function tensorsOf(config: Config, parameters: Held<Parameters>) {
  const byPath = new Map(leavesOf(parameters, isSharded));
  return modelOf(config)
    .names(config)
    .map(({ path, name, shape }) => ({
      name,
      dtype: "F32" as const,
      shape,
      data: () => blocks(byPath.get(path)!),
    }));
}

async function* blocks(tensor: Sharded): AsyncGenerator<HostArray> {
  const shape = tensor.names.map((name) => tensor.dims[name]!.size);
  for (const box of rowBlocks(shape, elementsAtATime)) {
    yield await tensor.readBox(box);
  }
}

/** Where the numbers of a tensor that begins at 0 come from. */
export function zeros({ dtype }: AnyTensor): Source {
  const array = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype];
  return { box: (box) => new array(volumeOf(box.map((range) => range.size))) };
}
