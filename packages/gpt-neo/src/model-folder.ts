import { join } from "node:path";
import { type AnyTensor, isTensor, leavesOf, type Program, withLeaves } from "mtf";
import { rowBlocks, type TensorToWrite, writeSafetensors } from "mtf/checkpoint";
import type { Devices, Held, Sharded, Source } from "mtf/simulator";
import { type Config, saveConfig } from "./config/index.ts";
import { parameterNames } from "./parameter-names.ts";
import type { Parameters } from "./parameters.ts";
import { saveTokenizer, type Tokenizer } from "./tokenizer/index.ts";

const elementsAtATime = 1 << 20;

/**
 * Writes a folder as Hugging Face's `from_pretrained` reads it: config, weights and tokenizer. Each
 * file is replaced as a whole.
 */
export async function saveModel(
  folder: string,
  config: Config,
  parameters: Held<Parameters>,
  tokenizer: Tokenizer | undefined,
): Promise<void> {
  const byPath = new Map(leavesOf(parameters, isSharded));
  const tensors = parameterNames(config).map(
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
  await saveConfig(folder, config);
  if (tokenizer) await saveTokenizer(folder, tokenizer, config.max_position_embeddings);
}

async function* blocks(tensor: Sharded): AsyncGenerator<Float32Array> {
  const shape = tensor.names.map((name) => tensor.dims[name]!.size);
  for (const box of rowBlocks(shape, elementsAtATime)) {
    yield Float32Array.from(await tensor.readBox(box));
  }
}

/**
 * Puts a tree of tensors on the devices, each as the first argument of a program rests.
 *
 * @param sourceOf where the numbers of the tensor at a path come from
 */
export async function putTree<Tree>(
  devices: Devices,
  program: Program,
  tree: Tree,
  sourceOf: (path: string, tensor: AnyTensor) => Source,
): Promise<Held<Tree>> {
  const placements = new Map(
    program.inputs.map(({ path, value }) => [path, program.values[value]!.placement]),
  );
  const held: Sharded[] = [];
  for (const [path, tensor] of leavesOf(tree, isTensor)) {
    const placement = placements.get(`0/${path}`) ?? { split: {}, partial: [] };
    held.push(await devices.put(tensor, placement, sourceOf(path, tensor)));
  }
  return withLeaves(tree, isTensor, held) as Held<Tree>;
}

/** Where the numbers of a tensor that begins at 0 come from. */
export function zeros({ dtype }: AnyTensor): Source {
  const array = { float32: Float32Array, int32: Int32Array, bool: Uint8Array }[dtype];
  return { box: (box) => new array(box.reduce((count, range) => count * range.size, 1)) };
}

/** Whether a leaf of a tree is a tensor on devices. */
export function isSharded(value: unknown): value is Sharded {
  return typeof value === "object" && value !== null && "placement" in value && "read" in value;
}
