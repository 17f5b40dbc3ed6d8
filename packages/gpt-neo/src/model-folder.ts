import { join } from "node:path";
import { type AnyTensor, type HostArray, leavesOf } from "mtf";
import { type TensorToWrite, writeSafetensors } from "mtf/checkpoint";
import { rowBlocks, volumeOf } from "mtf/files";
import { type Held, isSharded, type Sharded, type Source } from "mtf/simulator";
import { type Config, saveConfig, withDtype } from "./config/index.ts";
import { modelOf, type Parameters } from "./models/index.ts";
import { saveTokenizer, type Tokenizer } from "./tokenizer/index.ts";

const elementsAtATime = 1 << 20;

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
  const byPath = new Map(leavesOf(parameters, isSharded));
  const tensors = modelOf(config)
    .names(config)
    .map(
      ({ path, name, shape }): TensorToWrite => ({
        name,
        dtype: "F32",
        shape,
        data: () => blocks(byPath.get(path)!),
      }),
    );
  await writeSafetensors(join(folder, "model.safetensors"), tensors, {
    metadata: { format: "pt" },
  });
  await saveConfig(folder, withDtype(config, "float32"));
  if (tokenizer) await saveTokenizer(folder, tokenizer, config.training.context);
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
