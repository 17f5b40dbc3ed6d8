// Converts a checkpoint of the original's layout of some megabytes, all kernels transposed, and
// prints the most memory this took: `convert-memory.ts MEGABYTES FOLDER`.
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { writeSafetensors } from "mtf/checkpoint";
import { parseConfig } from "../../src/config/index.ts";
import { convertWeights } from "../../src/weights/convert.ts";
import { expectedWeights } from "../../src/weights/expected.ts";
import { originalName } from "../../src/weights/original-names.ts";

const [megabytes, folder] = [Number(process.argv[2]), process.argv[3]!];
const embd = 1024;
const layers = Math.round((megabytes * 1e6) / (12 * embd * embd * 4));
const original = {
  n_embd: embd,
  n_head: 8,
  n_layer: layers,
  n_vocab: 256,
  n_ctx: 64,
  attention_types: [[["global"], layers]],
};
const config = parseConfig({
  hidden_size: embd,
  num_heads: 8,
  num_layers: layers,
  vocab_size: 256,
  max_position_embeddings: 64,
});
const row = new Float32Array(embd).fill(1);

await mkdir(folder, { recursive: true });
await writeFile(join(folder, "model.json"), JSON.stringify(original));
await writeSafetensors(
  join(folder, "weights.safetensors"),
  [...expectedWeights(config)].map(([name, shape]) => {
    const { name: there, transposed } = originalName(name)!;
    const count = shape.reduce((product, size) => product * size, 1);
    return {
      name: there,
      dtype: "F32" as const,
      shape: transposed ? [...shape].reverse() : shape,
      data: () => Array.from({ length: count / embd }, () => row),
    };
  }),
);
// What is free is collected at once: the peak is what is held, whatever the collector's mood.
await convertWeights(folder, join(folder, "out"), {
  dtype: "bfloat16",
  onProgress: () => globalThis.gc!(),
});
process.stdout.write(String(process.resourceUsage().maxRSS * 1024));
