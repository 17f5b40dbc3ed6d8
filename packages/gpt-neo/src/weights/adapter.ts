import { join } from "node:path";
import { MtfError } from "mtf";
import { isObject, parseJson } from "../json.ts";
import { readSmallFile } from "../small-file.ts";
import type { WeightSource } from "./source.ts";

/** An adapter's config has some dozens of keys. */
const longestConfig = 1 << 20;

/**
 * The error of a folder that holds a LoRA adapter, which is what training changed in a model, without
 * the model.
 */
export async function adapterAlone(folder: string): Promise<MtfError> {
  const config = await readSmallFile(join(folder, "adapter_config.json"), longestConfig)
    .then((text) => parseJson(text, "adapter_config.json"))
    .catch(() => undefined);
  const base = isObject(config) ? config.base_model_name_or_path : undefined;
  return alone(folder, typeof base === "string" ? base : undefined);
}

/**
 * Refuses weights that are an adapter's.
 *
 * @throws MtfError `bad-file` if there is no tensor but of an adapter
 */
export function checkAdapter({ file, tensors }: WeightSource): void {
  const names = [...tensors.keys()];
  if (names.length > 0 && names.every((name) => /\.lora_/.test(name))) throw alone(file, undefined);
}

function alone(file: string, base: string | undefined): MtfError {
  const model = base ?? "BASE";
  return new MtfError("bad-file", `${file} holds a LoRA adapter alone, without its model.`, {
    ...(base !== undefined && { evidence: [["model", base]] }),
    try: [
      "merging it into its model; in Python: " +
        `PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained("${model}"), ADAPTER)` +
        '.merge_and_unload().save_pretrained("merged")',
    ],
    file,
  });
}
