import { openModel } from "mtf/checkpoint";
import { inFile } from "./in-file.ts";
import type { WeightSource } from "./source.ts";
import { isTied } from "./tied.ts";

/**
 * Opens safetensors, in one file or in several with an index.
 *
 * @throws MtfError `bad-file` naming file, byte and reason
 */
export async function openSafetensorsWeights(file: string): Promise<WeightSource> {
  const model = await openModel(file, { mayLack: isTied });
  return {
    format: "safetensors",
    file,
    metadata: model.metadata,
    skipped: [],
    tensors: model.tensors,
    read: model.read,
    inFile(name) {
      const tensor = model.tensors.get(name);
      return tensor && inFile(tensor, tensor);
    },
    close: model.close,
  };
}
