import { join } from "node:path";
import { largeTensors, writeConfig, writePieces } from "./large-tensors.ts";

/** A model in one file, as Hugging Face has it; its folder. */
export async function writeSafetensors(folder: string): Promise<string> {
  await writeConfig(folder);
  let end = 0;
  const entries = largeTensors.map(({ name, shape, bytes }) => {
    end += bytes;
    return [name, { dtype: "F32", shape, data_offsets: [end - bytes, end] }] as const;
  });
  const json = JSON.stringify(Object.fromEntries(entries));
  const header = Buffer.alloc(8 + Math.ceil(json.length / 8) * 8, " ");
  header.writeBigUInt64LE(BigInt(header.length - 8));
  header.write(json, 8);
  await writePieces(join(folder, "model.safetensors"), [header, ...largeTensors]);
  return folder;
}
